"""Harbour & Pine – a company that furnishes offices, in English."""

from yaad.demo.hours import OfficeHours
from yaad.demo.words.pack import Item, Kind, Pack, Solution, names
from yaad.demo.world import Group, Rep

ENGLISH = Pack(
    lang="en",
    company="Harbour & Pine Office Interiors",
    zone="America/New_York",
    currency="USD",
    tax="net",
    hours=OfficeHours("US", full=(0, 1, 2, 3, 4), half_eves=False),
    months=(1.1, 1.0, 1.05, 1.0, 1.0, 1.0, 0.9, 0.9, 1.1, 1.1, 0.95, 0.8),
    weekdays=(1.1, 1.05, 1.0, 1.0, 0.9, 0.25, 0.3),
    stages=("Inquiry", "Meeting", "Quote", "Negotiation"),
    won="Won",
    lost="Lost",
    sources=(
        Group("Search", 26),
        Group("Website", 20, (0.05,)),
        Group("Social", 17, (-0.45, -0.3, -0.2, -0.2)),
        Group("Referral", 13, (0.6, 0.45, 0.4, 0.4)),
        Group("Phone", 11, (0.3, 0.1, 0.1, 0.0)),
        Group("Chat", 9, (-0.1,)),
        Group("Trade show", 4, (0.2, 0.1, -0.1, 0.0)),
    ),
    campaigns=(
        Group("No campaign", 60),
        Group("Back to the office", 16),
        Group("Year-end offer", 12),
        Group("Newsletter", 12),
    ),
    reps=(
        Rep("Nora Whitfield", 14, (0.1, 0.1, 0.2, 0.65), branch="Boston"),
        Rep("Julian Park", 13, (0.0, 0.05, 0.0, 0.1), branch="Boston"),
        Rep("Tess Wagner", 12, (0.3, 0.2, 0.05, 0.0), branch="Boston"),
        Rep("Omar Haddad", 11, (0.05, 0.0, -0.6, 0.0), branch="Boston"),
        Rep("Samira Khoury", 12, (0.1, 0.1, 0.3, 0.1), branch="Hartford"),
        Rep("Anna Levin", 11, (-0.1, 0.0, 0.0, 0.1), branch="Hartford"),
        Rep("Ronnie Gibbs", 10, (-0.2, -0.1, 0.1, -0.3), branch="Hartford"),
        Rep("Maya Abbott", 10, (0.1, 0.0, 0.1, 0.0), branch="Providence"),
        Rep("Avi Tessema", 9, (-0.2, -0.2, -0.1, -0.1), branch="Providence", joined=290),
    ),
    lost_reasons=(
        Group("Price", 30),
        Group("No answer", 24),
        Group("Chose a competitor", 17),
        Group("No budget", 13),
        Group("Project postponed", 10),
        Group("Delivery date", 6),
    ),
    items=(
        Item("Ergonomic chair", "Chairs", 390),
        Item("Executive chair", "Chairs", 620),
        Item("Guest chair", "Chairs", 140),
        Item("Desk", "Desks", 420),
        Item("Sit-stand desk", "Desks", 860),
        Item("Conference table", "Desks", 1500),
        Item("Mobile pedestal", "Storage", 170),
        Item("Filing cabinet", "Storage", 320),
        Item("Bookcase", "Storage", 240),
        Item("Acoustic panel", "Acoustics", 270),
        Item("Phone booth", "Acoustics", 4300),
        Item("Desk lamp", "Lighting", 80),
        Item("Monitor arm", "Accessories", 105),
        Item("Cable tray", "Accessories", 20),
        Item("Chair mat", "Accessories", 42),
        Item("Whiteboard", "Accessories", 115),
        Item("Delivery and assembly", "Service", 280),
    ),
    solutions=(
        Solution(
            "Workstations",
            34,
            (),
            {
                "Desk": (0.75, 1.0),
                "Sit-stand desk": (0.35, 0.6),
                "Ergonomic chair": (0.9, 1.0),
                "Mobile pedestal": (0.6, 1.0),
                "Monitor arm": (0.4, 1.0),
                "Cable tray": (0.35, 1.0),
                "Delivery and assembly": (0.8, 0.1),
            },
        ),
        Solution(
            "Seating",
            27,
            (0.1,),
            {
                "Ergonomic chair": (0.95, 1.0),
                "Guest chair": (0.3, 0.5),
                "Chair mat": (0.35, 0.8),
                "Executive chair": (0.25, 0.2),
            },
        ),
        Solution(
            "Meeting rooms",
            16,
            (-0.1,),
            {
                "Conference table": (0.95, 0.15),
                "Guest chair": (0.85, 1.3),
                "Whiteboard": (0.5, 0.15),
                "Delivery and assembly": (0.7, 0.1),
            },
        ),
        Solution(
            "Storage",
            14,
            (0.15,),
            {"Filing cabinet": (0.9, 0.4), "Bookcase": (0.6, 0.3), "Mobile pedestal": (0.4, 0.5)},
        ),
        Solution(
            "Quiet office",
            9,
            (-0.25,),
            {"Acoustic panel": (0.9, 0.9), "Phone booth": (0.45, 0.12), "Desk lamp": (0.3, 0.8)},
        ),
    ),
    first_names=names("""
        Aaron Abigail Adele Aisha Alan Alice Amir Andrea Angela Arthur Beatrice Ben Bianca Bruce Camila Carl
        Carmen Cecil Chloe Clara Colin Connor Daisy Dan Daria Dennis Derek Diana Dmitri Edith Elena Eli Emma
        Eric Esther Ethan Eva Felix Fiona Frank Gail George Grace Graham Hannah Harold Hazel Helen Henry Ian
        Ines Irene Isaac Ivy Jack Jada Jean Jerome Joan Jonas Judith Karen Keiko Kevin Kofi Lara Laurence Leila
        Leo Lena Liam Lucia Luke Mabel Marco Mei Miles Mina Nadia Nathan Neil Nina Olga Oscar Paula Peter Priya
        Quentin Rachel Ravi Rosa Ruth Sean Sofia Stella Tariq Vera Wendy
    """),
    last_names=names("""
        Abrams Acosta Adler Ahmed Archer Ashford Baker Barlow Bauer Becker Bell Bennett Bishop Blake Booth Bowen
        Brandt Briggs Burke Carver Chan Chavez Clarke Cohen Conway Cruz Dalton Daniels Diaz Doyle Duarte Ellis
        Emerson Farrell Fischer Fleming Foster Fuentes Garner Gomez Gupta Hale Hardy Hayes Hoffman Holt Ibrahim
        Ingram Jacobs Jensen Kaplan Keller Kim Lambert Lang Lopez Lowe Maher Marsh Mendez Mercer Moreno Nash
        Novak Ortiz Owens Patel Pierce Porter Quinn Ramos Reed Rossi Rowe Santos Sharp Sloan Tanaka Thorne Vance
        Vargas Walsh Webb Yates Zimmer
    """),
    brands=names("""
        Amberfield Birchway Bluestone Cedarline Copperleaf Driftwood Eastbrook Fernhill Goldcrest Greyheron
        Hollowell Ironbridge Juniper Kestrel Larkspur Maplegate Northfold Oakhaven Pebblebay Quillstone
        Redwillow Silverbirch Tidewater Willowmere Yellowfin
    """),
    places=("Riverside", "Hillcrest", "Lakeview", "Harborview", "Parkway", "Old Mill", "Eastgate", "Meadow", "Summit"),
    cities=("Boston", "Cambridge", "Quincy", "Worcester", "Lowell", "Hartford", "New Haven", "Stamford", "Springfield",
            "Providence", "Warwick", "Newport", "Portland", "Manchester", "Concord", "Albany"),
    kinds=(
        Kind("{last} Law Office", "Legal"),
        Kind("{last} & Partners CPA", "Accounting"),
        Kind("{brand} Technologies", "Technology"),
        Kind("{brand} Software", "Technology"),
        Kind("{brand} Engineering", "Engineering"),
        Kind("{last} Architects", "Architecture"),
        Kind("Studio {first} {last}", "Design"),
        Kind("Dr. {last} Clinic", "Health"),
        Kind("{place} Medical Group", "Health"),
        Kind("{place} School", "Education"),
        Kind("{brand} College", "Education"),
        Kind("{last} Group", "Real estate"),
        Kind("{brand} Properties", "Real estate"),
        Kind("{brand} Logistics", "Industry"),
        Kind("{brand} Print Works", "Industry"),
        Kind("{brand} Foundation", "Non-profit"),
        Kind("{last} Insurance", "Insurance and finance"),
        Kind("{brand} Kitchen", "Restaurants and hotels"),
    ),
    next_steps=(
        "Call back",
        "Send an updated quote",
        "Measure the office",
        "Invite to the showroom",
        "Get the budget approved",
        "Send fabric samples",
        "Agree a delivery date",
        "Talk to the decision maker",
    ),
    touches=("Email", "Meeting", "Chat", "Note"),
    calls=("in", "out"),
    phone="(@) 555-01##",
    phone_first=names("""
        201 203 207 212 215 267 339 347 351 401 413 475 484 508 518 551 603 609 610 617 646 717 718 732 774 781 848 857
        860 862 908 917 929 959 973 978
    """),
    heads={
        "deals": {
            "id": "Deal ID", "name": "Deal Name", "account": "Account Name", "contact": "Contact", "phone": "Phone",
            "email": "Email", "owner": "Deal Owner", "branch": "Branch", "source": "Lead Source",
            "campaign": "Campaign", "product": "Product", "stage": "Stage", "amount": "Amount before tax",
            "created": "Created", "closed": "Closed", "expected_close": "Expected Close", "next_step": "Next Step",
            "lost_reason": "Lost Reason", "sector": "Sector", "city": "City", "employees": "Employees",
        },
        "stage_history": {"id": "Deal ID", "stage": "Stage", "at": "When", "by": "Who"},
        "accounts": {"id": "Account ID", "name": "Account Name", "sector": "Sector", "city": "City", "phone": "Phone",
                     "email": "Email"},
        "products": {"id": "Product Code", "name": "Product Name", "category": "Category", "price": "Price before tax"},
        "orders": {"id": "Order ID", "deal": "Deal ID", "account": "Account Name", "owner": "Deal Owner", "at": "Date",
                   "amount": "Amount before tax"},
        "lines": {"id": "Line ID", "order": "Order ID", "product": "Product", "quantity": "Quantity",
                  "price": "Unit Price", "discount": "Discount"},
        "activities": {"id": "Activity ID", "deal": "Deal ID", "kind": "Type", "at": "When", "by": "Who",
                       "text": "Text"},
        "calls": {"id": "Call ID", "deal": "Deal ID", "by": "Who", "phone": "Phone", "direction": "Direction",
                  "at": "When", "seconds": "Seconds"},
        "targets": {"owner": "Deal Owner", "month": "Month", "amount": "Target before tax"},
    },
)  # fmt: skip
