"""Judge everyone together and lay out what people will look at."""

from prefect import task

from flows import stages

contact_sheet = task(task_run_name="contact-sheet", persist_result=False)(stages.contact_sheet)
