package synthetic

var englishGiven = []string{"Olivia", "George", "Amelia", "Harry", "Isla", "Noah", "Ava", "Jack", "Emily", "Leo", "Sophia", "Arthur", "Grace", "Muhammad", "Mia",
	"Oscar", "Poppy", "Charlie", "Ella", "Jacob", "Lily", "Thomas", "Evie", "Henry", "Freya", "William", "Charlotte", "Alfie", "Daisy", "Joshua", "Alice",
	"Freddie", "Florence", "Archie", "Sienna", "Ethan", "Sophie", "Isaac", "Ivy", "Alexander", "Harriet", "Joseph", "Ruby", "Edward", "Matilda", "Samuel",
	"Rosie", "Max", "Phoebe", "Logan", "Priya", "Daniel", "Zara", "Lucas", "Elsie", "Mohammed", "Eva", "Theo", "Maya", "Adam", "Hannah", "Ravi", "Erin",
	"Callum", "Megan", "Rhys", "Niamh", "Owen", "Aisha", "Finlay", "Layla", "Ewan", "Martha", "Kofi", "Beatrice", "Tobias", "Imogen", "Nathan", "Clara", "Dylan"}

var englishFamily = []string{"Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Johnson", "Davies", "Patel", "Robinson", "Wright", "Thompson", "Evans",
	"Walker", "White", "Roberts", "Green", "Hall", "Thomas", "Clarke", "Jackson", "Wood", "Harris", "Edwards", "Turner", "Martin", "Cooper", "Hill", "Ward",
	"Hughes", "Moore", "Clark", "King", "Harrison", "Lewis", "Baker", "Lee", "Allen", "Morris", "Khan", "Scott", "Watson", "Davis", "Parker", "James",
	"Bennett", "Young", "Phillips", "Richardson", "Mitchell", "Bailey", "Carter", "Cook", "Singh", "Shaw", "Bell", "Collins", "Morgan", "Kelly", "Begum",
	"Miller", "Cox", "Hussain", "Marshall", "Simpson", "Price", "Anderson", "Adams", "Wilkinson", "Foster", "Ellis", "Murphy", "Chapman", "Mason", "Gray",
	"Hunter", "Webb", "Holmes", "Rogers", "Stevens", "Okafor", "Nowak", "Lindqvist", "Fairweather", "Ashdown", "Penhaligon", "Trelawney", "Oyelaran"}

var streetNames = []string{"Station", "Church", "Victoria", "Green", "Manor", "Park", "Queens", "Mill", "Kings", "Chestnut", "Albert", "Grange", "Windsor", "Springfield",
	"Highfield", "Northfield", "Alexandra", "Stanley", "Richmond", "George", "Meadow", "Poplar", "Orchard", "Cedar", "Willow", "Harbour", "Castle", "Bridge", "Priory", "Abbey"}

var streetTypes = []string{"Road", "Street", "Avenue", "Lane", "Close", "Drive", "Place", "Terrace", "Gardens", "Court", "Crescent"}

var schoolTypes = []string{"High School", "Academy", "College", "Grammar School", "Sixth Form"}

var exams = []struct {
	name string
	fee  float64
}{{"Bookkeeping I", 85}, {"Bookkeeping II", 110}, {"Nursing entrance", 140}, {"Teaching certificate", 165}, {"Language B2", 195}, {"Language C1", 215}}

var mailDomains = []string{"mailbox.example", "postbox.example", "inbox.example", "quickmail.example", "webpost.example", "homenet.example"}

var towns = []struct{ name, postcode string }{{"Leeds", "LS"}, {"York", "YO"}, {"Bristol", "BS"}, {"Norwich", "NR"}, {"Exeter", "EX"}, {"Derby", "DE"}, {"Cardiff", "CF"},
	{"Carlisle", "CA"}, {"Ipswich", "IP"}, {"Lincoln", "LN"}, {"Oxford", "OX"}, {"Plymouth", "PL"}, {"Swansea", "SA"}, {"Durham", "DH"}, {"Bath", "BA"}}
