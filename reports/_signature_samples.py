"""People on whom every template is tried: the names that break signatures."""

from catchlight.records import Employee
from reports._signature_phones import Numbers

_LONG = "Privatdozentin Dr. Anna-Katharina Freifrau von und zu Schönenberg-Hohenlohe-Langenburg (geb. Müller)"
PEOPLE = (
    Employee("s1", display_name="Ada Byron", email="ada@example.com", department="Sales", title="Engineer"),
    Employee("s2", display_name="Jo"),
    Employee(
        "s3", display_name=_LONG, email=f"{'anna-katharina.' * 6}freifrau@very-long-division-name.example.com",
        department="Abteilung für Öffentlichkeitsarbeit, Großkundenbetreuung & Qualitätssicherung (Süd)",
        title="Stellvertretende Bereichsleiterin Übertragungsnetzentgeltabrechnungssysteme und Prozesse",
    ),
    Employee("s4", display_name="שרה לוי", email="sara@example.com", department="מחלקת מכירות", title="מנהלת תיק לקוחות"),
    Employee("s5", display_name="محمد العلي", email="m@example.com", department="المبيعات", title="مدير"),
    Employee(
        "s6", display_name="<script>alert(1)</script>", email='"><img src=x onerror=alert(1)>@example.com',
        department="</td></table><style>*{display:none}</style>", title="a\u202eb\r\nBcc: x\x00 {{ 7 * 7 }} {% raw %}",
    ),
    Employee("s7", display_name="W" * 90, email="w" * 90, department="M" * 90, title="W" * 110),
    Employee("s8", display_name="Zoë Çelik-Ångström 李小龍", email="zoë@example.com?bcc=x@y.z", department="R&D", title="CTO"),
)  # fmt: skip
NUMBERS = {
    "s1": Numbers("+49 30 901820-123", "+49 151 23456789"),
    "s3": Numbers("+49 (0) 30 901820-123456789", "+49 151 2345 67890 123"),
    "s4": Numbers(mobile="+972 50 123 4567"),
    "s6": Numbers("+49 30 901820-666"),
}
