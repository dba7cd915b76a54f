"""The people and companies of the demo."""

from dataclasses import dataclass

from tenants.models import Role

BERLIN, LONDON, MADRID = "Europe/Berlin", "Europe/London", "Europe/Madrid"
NEW_YORK, RIYADH, OSLO = "America/New_York", "Asia/Riyadh", "Europe/Oslo"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the demo. `key` is how the story calls them, `label` what they stand for."""

    key: str
    name: str
    email: str
    label: str
    title: str
    zone: str = BERLIN
    role: str = Role.STAFF


@dataclass(frozen=True, slots=True)
class Company:
    """A partner of the demo, and who speaks for it."""

    slug: str
    name: str
    kind: str
    region: str
    tier: str
    contact: Person


@dataclass(frozen=True, slots=True)
class Vendor:
    """A tenant of the demo."""

    slug: str
    name: str
    people: tuple[Person, ...]
    companies: tuple[Company, ...]

    @property
    def admin(self) -> Person:
        """Who sets the programme up."""
        return next(person for person in self.people if person.role == Role.ADMIN)

    @property
    def service_email(self) -> str:
        """The account of the program that uses the API."""
        return f"crm@{self.slug}.example"

    @property
    def everybody(self) -> tuple[Person, ...]:
        """The vendor's people, then the partners'."""
        return (*self.people, *(company.contact for company in self.companies))


def contact(key: str, name: str, email: str, company: str, zone: str, label: str = "") -> Person:
    """Return who speaks for a partner."""
    return Person(key, name, email, label or f"partner {company}", company, zone, Role.PARTNER)


JONAS = Person(
    "jonas", "Jonas Reuter", "jonas.reuter@quellwerk.example", "facilitator", "Facilitator"
)

QUELLWERK = Vendor(
    "quellwerk",
    "Quellwerk Networks",
    (
        Person(
            "tom",
            "Tom Brandt",
            "tom.brandt@quellwerk.example",
            "channel manager",
            "Channel manager, DACH",
        ),
        Person(
            "lucia",
            "Lucía Ferrer",
            "lucia.ferrer@quellwerk.example",
            "channel manager Iberia",
            "Channel manager, Iberia",
            MADRID,
        ),
        Person(
            "grace",
            "Grace Doyle",
            "grace.doyle@quellwerk.example",
            "channel manager UK and North America",
            "Channel manager, UK and North America",
            LONDON,
        ),
        Person(
            "omar",
            "Omar Haddad",
            "omar.haddad@quellwerk.example",
            "channel manager Gulf",
            "Channel manager, Gulf",
            RIYADH,
        ),
        Person(
            "petra",
            "Petra Winkler",
            "petra.winkler@quellwerk.example",
            "regional manager",
            "Regional manager, Europe",
        ),
        Person(
            "daniel",
            "Daniel Cho",
            "daniel.cho@quellwerk.example",
            "regional manager other regions",
            "Regional manager, other regions",
            NEW_YORK,
        ),
        Person(
            "marianne",
            "Marianne Voss",
            "marianne.voss@quellwerk.example",
            "executive sponsor",
            "Executive sponsor",
        ),
        Person(
            "henrik",
            "Henrik Aas",
            "henrik.aas@quellwerk.example",
            "backup of the executive sponsor",
            "Chief financial officer",
        ),
        Person(
            "ines",
            "Ines Falk",
            "ines.falk@quellwerk.example",
            "admin",
            "Programme admin",
            role=Role.ADMIN,
        ),
        Person(
            "pavel",
            "Pavel Novak",
            "pavel.novak@quellwerk.example",
            "auditor",
            "Auditor, reads only",
            role=Role.AUDITOR,
        ),
        Person(
            "ruth",
            "Ruth Adeyemi",
            "ruth.adeyemi@quellwerk.example",
            "custodian",
            "Custodian",
            LONDON,
            Role.CUSTODIAN,
        ),
        JONAS,
    ),
    (
        Company(
            "alpenwerk",
            "Alpenwerk",
            "reseller",
            "dach",
            "gold",
            contact(
                "anna", "Anna Huber", "anna.huber@alpenwerk.example", "Alpenwerk", BERLIN, "partner"
            ),
        ),
        Company(
            "rheintor",
            "Rheintor",
            "reseller",
            "dach",
            "silver",
            contact(
                "marc",
                "Marc Thielen",
                "marc.thielen@rheintor.example",
                "Rheintor",
                BERLIN,
                "other partner",
            ),
        ),
        Company(
            "sierra-clara",
            "Sierra Clara",
            "reseller",
            "iberia",
            "gold",
            contact(
                "carmen",
                "Carmen Ortiz",
                "carmen.ortiz@sierraclara.example",
                "Sierra Clara",
                MADRID,
            ),
        ),
        Company(
            "brightmoor",
            "Brightmoor",
            "distributor",
            "uk",
            "platinum",
            contact("paul", "Paul Ashby", "paul.ashby@brightmoor.example", "Brightmoor", LONDON),
        ),
        Company(
            "al-manar",
            "Al Manar",
            "distributor",
            "gulf",
            "silver",
            contact("yusuf", "Yusuf Karim", "yusuf.karim@almanar.example", "Al Manar", RIYADH),
        ),
        Company(
            "lakeshore",
            "Lakeshore",
            "alliance",
            "na",
            "platinum",
            contact(
                "dana", "Dana Whitlock", "dana.whitlock@lakeshore.example", "Lakeshore", NEW_YORK
            ),
        ),
    ),
)

FJORDSOUND = Vendor(
    "fjordsound",
    "Fjordsound Audio",
    (
        Person(
            "nils",
            "Nils Berge",
            "nils.berge@fjordsound.example",
            "channel manager",
            "Partner manager",
            OSLO,
        ),
        Person(
            "sigrid",
            "Sigrid Moen",
            "sigrid.moen@fjordsound.example",
            "regional manager",
            "Head of sales",
            OSLO,
        ),
        Person(
            "astrid",
            "Astrid Lunde",
            "astrid.lunde@fjordsound.example",
            "admin",
            "Programme admin",
            OSLO,
            Role.ADMIN,
        ),
        JONAS,
    ),
    (
        Company(
            "alpenwerk",
            "Alpenwerk",
            "reseller",
            "nordics",
            "gold",
            contact(
                "beat",
                "Beat Imhof",
                "beat.imhof@alpenwerk-audio.example",
                "Alpenwerk",
                "Europe/Zurich",
                "partner",
            ),
        ),
        Company(
            "nordlyd",
            "Nordlyd",
            "distributor",
            "nordics",
            "silver",
            contact(
                "kari",
                "Kari Solheim",
                "kari.solheim@nordlyd.example",
                "Nordlyd",
                OSLO,
                "other partner",
            ),
        ),
    ),
)

VENDORS = (QUELLWERK, FJORDSOUND)
