# ruff: noqa: E501 — the lines stand as people write them
"""Whole classes of personal statements: where a résumé may hold one, it is left out; work that sounds alike stays."""

from __future__ import annotations

import pytest

from tests.fakes_structure import shown

WORK = "EXPERIENCE\n\nFitter, Elm Works — May 2019 to present\n• Set up nine lathes for the night crew.\n"

# A line of contacts with one fragment among them, and the words that may not be read.
ADDRESSES = {
    "14 Shore Row": "Shore", "7B Mill Lane": "Mill", "221 Old Church Hill": "Hill", "3 The Green": "Green", "Rose Cottage, 9 High Walk": "Walk", "88 Kingfisher Wharf": "Wharf",
    "1200 N. Lake View": "Lake", "450 W 42nd Street, Apt 5C": "42nd", "Flat 3B, Sector 21": "Sector 21", "Plot No 45, Green Park Extension": "Park", "H.No. 12-3/45, Gandhi Nagar": "Gandhi", "Door No. 8/2, Lake View Road": "Lake",
    "Brgy. San Isidro": "San Isidro", "Blk 5 Lot 12, Phase 2": "Lot 12", "Barangay Holy Spirit": "Spirit", "Pasaje Los Aromos 312": "Aromos", "Calle Real 15, 2º B": "Real", "Av. Libertad 4521": "Libertad",
    "Jr. Puno 340": "Puno", "Urb. Las Flores Mz. B Lt. 4": "Flores", "Col. Centro": "Centro", "Carrera 7 # 45-12": "45-12", "via Milano 7": "Milano", "corso Italia 21": "corso", "Piazza Grande 3": "Grande",
    "rue du Port 12": "Port", "5 chemin des Prés": "Prés", "14 bis, allée des Roses": "Roses", "3 place de la Gare": "Gare", "Am Markt 4": "Markt", "Unter den Linden 77": "Linden", "An der Alten Mühle 3": "Mühle",
    "Hauptstr. 12": "Hauptstr", "Kirchweg 3a": "Kirchweg", "Dorpsstraat 8": "Dorpsstraat", "Lange Nieuwstraat 21": "Nieuwstraat", "Nieuwe Haven 14": "Haven", "ul. Polna 8/4": "Polna", "al. Jana 12 m. 3": "Jana", "os. Zielone 5": "Zielone",
    "Rua do Sol 45, 3º Esq.": "Sol", "Rua das Flores 101": "Flores", "Travessa do Carmo 9": "Carmo", "Atatürk Cad. No: 12": "12", "Bahçe Sok. 4": "Bahçe", "Merkez Mah.": "Merkez", "Jl. Merdeka No. 17": "Merdeka", "Storgatan 4": "Storgatan",
    "Skolevej 9, 2. tv": "Skolevej", "Kirkegata 11": "Kirkegata", "Mannerheimintie 8 A 4": "Mannerheimintie", "Kossuth u. 12": "Kossuth", "str. Lungă 8": "Lungă", "P.O. Box CT 5514": "5514", "PO Box KN 220": "220", "Private Bag 77": "77",
    "BP 1234": "1234", "Postfach 10 12": "10", "Postbus 512": "512", "Casilla 45": "45", "Apartado 301": "301", "C.P. 06700": "06700", "CEP 01310-100": "01310", "PIN 560 001": "560", "D02 X285": "X285", "GA-123-4567": "123-4567",
    "SW11": "SW11", "NSW 2010": "2010", "LV-1010": "1010", "2-14-3 Minami-Aoyama, Minato-ku": "Aoyama",
}  # fmt: skip

# Fragments and sentences at the top, in a summary, after the last job and among interests.
PERSONAL = {
    "of Nigerian descent": "Nigerian", "Ghanaian by birth": "Ghanaian", "British citizen of Indian heritage": "Indian", "Of mixed Kenyan and Irish parentage": "Kenyan", "DACA recipient": "DACA", "H-1B holder": "H-1B", "OCI card holder": "OCI",
    "TPS holder": "TPS", "Second-generation Korean": "Korean", "second-generation immigrant": "immigrant", "Born and raised in Lagos": "Lagos", "Grew up in Karachi": "Karachi", "Came to Canada from Syria in 2016": "Syria",
    "Kenyan": "Kenyan", "I am Ghanaian": "Ghanaian", "Dual citizen of Peru and Spain": "Peru", "Son of Mexican immigrants": "Mexican", "Half-Japanese": "Japanese", "Emirati national": "Emirati", "Holds Irish and Canadian passports": "Irish",
    "Enrolled member of the Navajo Nation": "Navajo", "d'origine marocaine": "marocaine", "de origen peruano": "peruano", "di origine albanese": "albanese", "türkischer Herkunft": "türkischer", "van Marokkaanse afkomst": "Marokkaanse", "gebürtige Syrerin": "Syrerin",
    "Jamaican-born": "Jamaican", "Native of Haiti": "Haiti", "Person of Indian origin": "Indian", "Black British": "Black",
    "Deacon": "Deacon", "Lay preacher": "preacher", "Deacon at St Paul's": "Deacon", "Altar server": "Altar", "Wears hijab": "hijab", "wears a turban": "turban", "Observes the Sabbath": "Sabbath", "Keeps kosher": "kosher", "Sings in the church choir": "church",
    "Sunday school teacher": "Sunday school", "Parish council member": "Parish", "Two-year mission in Peru": "mission", "Served a mission for the LDS Church": "mission", "Bar mitzvah teacher": "mitzvah", "Fasts during Ramadan": "Ramadan", "Prays five times a day": "Prays",
    "Hafiz": "Hafiz", "Practising Hindu": "Hindu", "Jehovah's Witness": "Jehovah", "Messdiener": "Messdiener", "Kirchenvorstand": "Kirchenvorstand", "Catéchiste": "Catéchiste", "Catequista": "Catequista", "Born-again Christian": "Christian", "Not available on Saturdays for religious reasons": "religious",
    "Church elder": "elder", "Gospel choir": "Gospel", "Konfessionslos": "Konfessionslos", "Worship leader at Grace Chapel": "Worship", "Churchwarden": "Churchwarden", "Sikh": "Sikh", "Shia": "Shia",
    "Army reserve, retired": "Army", "Army National Guard": "Guard", "National Guard, 2009–2015": "Guard", "Navy veteran": "Navy", "Former Marine": "Marine", "Retired Air Force sergeant": "Air Force", "Major (Retd), Indian Army": "Major", "Served four years in the Navy": "Navy", "US Army, honorably discharged": "Army",
    "Wehrdienst 1998/99": "Wehrdienst", "Hauptmann d. R.": "Hauptmann", "Zivildienst abgeleistet": "Zivildienst", "Service militaire effectué": "militaire", "Réserviste opérationnel": "Réserviste", "Mili cumplida": "Mili", "Servicio militar cumplido": "militar", "Militesente": "Militesente", "Reservista": "Reservista",
    "Ex-serviceman": "serviceman", "Full-time national service, SAF": "national service", "Askerlik: yapıldı": "yapıldı", "Värnplikt": "Värnplikt", "Territorial Army": "Territorial", "Two tours in Afghanistan": "Afghanistan", "Military spouse": "Military", "Veteran": "Veteran", "Sergeant, Bundeswehr": "Bundeswehr",
    "Married, 44": "44", "44 years old": "44", "44 y/o": "44", "Age 44": "44", "44-year-old": "44", "aged 52": "52", "I am 44": "44", "in my late fifties": "fifties",
    "Engaged": "Engaged", "In a civil partnership": "partnership", "Dad of three": "Dad", "two kids in school": "kids", "No children": "children", "Foster parent": "parent", "Sin hijos": "hijos", "Alleinerziehend": "Alleinerziehend", "Openly gay": "gay",
}  # fmt: skip

# Work that sounds alike.
SURVIVES = (
    "Taught maths at a Catholic school for nine years.", "Church organ builder: restored 14 instruments.", "Won the chaplaincy contract for two hospitals.", "Kept the kosher kitchen certified for eight years.", "Ran the halal line; no recall in six years.",
    "Fitted lifts in the military hospital.", "Sold valves to the defence industry.", "Nurse in the veterans' clinic, 30 visits a week.", "Held reserve stock for four sites.", "Supplied the army base with bread.", "Filed 40 H-1B petitions a year.", "Ran DACA renewals for 200 clients.",
    "Cooked Indian, Thai and Mexican menus.", "Managed second-generation sequencing runs.", "Opened 14 stores in nine months.", "Led mission-critical releases.", "Closed Phase 2 of Block C on time.", "Deployed to production twice a day.", "Wrote country-of-origin labels for 300 lines.",
    "Reader services for 12 branches.", "Deacon Street depot: 40 vans.", "Cared for patients aged 65 and over.", "Cross-trained 44 fitters, 12 of them on nights.", "Building permit drawings for 30 houses.", "Visa and cash payments, 900 a day.", "German and French markets, 20 % growth.",
    "Mass spectrometry of 300 samples a week.", "Church roofs: nine leadwork repairs.", "Navy shipyard contracts worth $4m.", "Nigerian and Kenyan suppliers, 30 audits a year.", "Captain of a 40-metre tug.", "Bible printing: 12 million copies on two presses.", "Temple restoration at four sites.",
    "Family practice, 2,400 patients.", "Married the two ledgers in one weekend.", "Commissioned six pumps into service.", "BP 120/80 and pulse charted hourly.", "Led the Hindu and Muslim chaplaincy volunteers' rota.",
)  # fmt: skip


@pytest.mark.parametrize(("fragment", "hidden"), ADDRESSES.items(), ids=str)
def test_no_form_of_address_is_read_at_the_top(fragment: str, hidden: str) -> None:
    assert hidden not in shown(f"Ada Moss\nada.moss@example.com | {fragment} | 937-555-0114\n\n{WORK}")
    assert hidden not in shown(f"Ada Moss\n{fragment}\nada.moss@example.com\n\n{WORK}")


@pytest.mark.parametrize(("fragment", "hidden"), PERSONAL.items(), ids=str)
def test_no_statement_about_the_person_is_read_wherever_it_stands(fragment: str, hidden: str) -> None:
    at_the_top = f"Ada Moss\nada.moss@example.com | {fragment} | 937-555-0114\n\n{WORK}"
    of_a_profile = f"Ada Moss\nada.moss@example.com\n\nPROFILE\nFitter of lathes and mills. {fragment}.\n\n{WORK}"
    of_interests = f"Ada Moss\nada.moss@example.com\n\n{WORK}\nINTERESTS\nChess; {fragment}; running.\n"
    at_the_end = (
        f"Ada Moss\nada.moss@example.com\n\nFitter, Elm Works, 2019 to present. Set up nine lathes.\n{fragment}.\n"
    )
    for text in (at_the_top, of_a_profile, of_interests, at_the_end):
        assert hidden not in shown(text)


@pytest.mark.parametrize("line", SURVIVES)
def test_work_that_sounds_personal_is_read_word_for_word(line: str) -> None:
    assert line in shown(
        f"Ada Moss\nada.moss@example.com\n\nEXPERIENCE\n\nLead, Elm Works — May 2019 to present\n• {line}\n"
    )
