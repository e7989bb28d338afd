"""Pages for the works council, data protection and the people themselves, made from what is configured."""
