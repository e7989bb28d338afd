BEGIN TRANSACTION;
CREATE TABLE auditlines (
	"row" INTEGER NOT NULL, 
	number TEXT NOT NULL, 
	at TEXT NOT NULL, 
	act TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	person TEXT NOT NULL, 
	record TEXT NOT NULL, 
	detail TEXT NOT NULL, 
	seal TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY ("row"), 
	UNIQUE (number)
);
INSERT INTO "auditlines" VALUES(1,'1','2026-11-29T02:08:59.336532+00:00','begin','','','','b341f73f1cc54c9f','3bd067b9173623d746b080efa86fd0c07513ec1cad529852ebf0d8f397ddbce9');
INSERT INTO "auditlines" VALUES(2,'2','2026-11-29T02:08:59.394213+00:00','decision','24dd156ed2fee502','24dd156ed2fee502','35d07136f265414fdc2a43015a1218b9c4951b29575b5e0e672e1bc37dc5eea9','employee approve import:a.csv','bfe8fd9d4f328215cc7e0211cf26b0c60b7f20132015244ad26acd53d198d08c');
INSERT INTO "auditlines" VALUES(3,'3','2026-11-29T02:08:59.394733+00:00','decision','9a010b0d81dab13d','9a010b0d81dab13d','e5da06fbf280ab34ff647d9a62420aefa4473a6c166a308828b39b9c98d4036a','employee refuse import:a.csv','f7dc306d6f2c5ff29d3c9d1dd2cf469bf935bc8063a42f2013f3dd5a4b1a413d');
INSERT INTO "auditlines" VALUES(4,'4','2026-11-29T02:08:59.396189+00:00','consent','24dd156ed2fee502','24dd156ed2fee502','1cf5bd7208123a8779b195741b0e004393269461c32cc5a99276c561ff626644','intranet granted -','3a138e9b1e34ca08245452d865e8340407c0608beb342e8a12427fa19b8e9361');
INSERT INTO "auditlines" VALUES(5,'5','2026-11-29T02:08:59.408114+00:00','receipt','','24dd156ed2fee502','975c4f6070d1ca64b3473796939bf43e1cc9d491abeba4c67f3bb65bdf02bde5','sent folder:x -','3d53e04695eb1a96257f4c0547c0019d5cebf504e757ae8f4b0a1af74d97728f');
INSERT INTO "auditlines" VALUES(6,'6','2026-11-29T02:08:59.417920+00:00','invitation','0555a92733659dda','24dd156ed2fee502','e36ef36c0af816f2e85486bef91960c3b27ea706f8d303f2a0017e659b9099cd','2026-11-16T10:00:00.000000+00:00','4aebbbc64accce8085b00ac018e3eb2403f92c544e7cbdd8b90b112324bfae74');
CREATE TABLE auditnames (
	"row" INTEGER NOT NULL, 
	reference TEXT NOT NULL, 
	name TEXT NOT NULL, 
	PRIMARY KEY ("row"), 
	UNIQUE (reference)
);
INSERT INTO "auditnames" VALUES(1,'24dd156ed2fee502','007');
INSERT INTO "auditnames" VALUES(2,'9a010b0d81dab13d','008');
INSERT INTO "auditnames" VALUES(3,'0555a92733659dda','hr');
CREATE TABLE consents (
	"row" INTEGER NOT NULL, 
	employee TEXT NOT NULL, 
	purpose TEXT NOT NULL, 
	word TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	at TEXT NOT NULL, 
	notice TEXT DEFAULT '' NOT NULL, 
	source TEXT DEFAULT '' NOT NULL, 
	ticket TEXT DEFAULT '' NOT NULL, 
	basis TEXT DEFAULT '' NOT NULL, 
	evidence TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY ("row"), 
	UNIQUE (employee, purpose, word, at, "by")
);
INSERT INTO "consents" VALUES(1,'007','intranet','granted','007','2026-11-03T10:00:00.000000+00:00','','','','','');
CREATE TABLE decisions (
	"row" INTEGER NOT NULL, 
	employee TEXT NOT NULL, 
	picture TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	at TEXT NOT NULL, 
	comment TEXT DEFAULT '' NOT NULL, 
	source TEXT DEFAULT '' NOT NULL, 
	side TEXT DEFAULT 'employee' NOT NULL, 
	tags TEXT DEFAULT '' NOT NULL, 
	notice TEXT DEFAULT '' NOT NULL, 
	ticket TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY ("row"), 
	UNIQUE (employee, picture, answer, at, "by")
);
INSERT INTO "decisions" VALUES(1,'007','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','approve','007','2026-11-03T10:00:00.000000+00:00','very good','import:a.csv','employee','','','');
INSERT INTO "decisions" VALUES(2,'008','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','refuse','008','2026-11-04T10:00:00.000000+00:00','','import:a.csv','employee','','','');
CREATE TABLE delegations (
	"row" INTEGER NOT NULL, 
	employee TEXT NOT NULL, 
	delegate TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	at TEXT NOT NULL, 
	until TEXT NOT NULL, 
	why TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY ("row"), 
	UNIQUE (employee, delegate, at)
);
CREATE TABLE extensions (
	"row" INTEGER NOT NULL, 
	invitation TEXT NOT NULL, 
	employee TEXT NOT NULL, 
	until TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	at TEXT NOT NULL, 
	PRIMARY KEY ("row"), 
	UNIQUE (invitation, until)
);
CREATE TABLE invitations (
	"row" INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	employee TEXT NOT NULL, 
	picture TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	at TEXT NOT NULL, 
	expires TEXT NOT NULL, 
	deadline TEXT NOT NULL, 
	PRIMARY KEY ("row"), 
	UNIQUE (id)
);
INSERT INTO "invitations" VALUES(1,'i1','007','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','hr','2026-11-02T10:00:00.000000+00:00','2026-12-02T10:00:00.000000+00:00','2026-11-16T10:00:00.000000+00:00');
CREATE TABLE letters (
	"row" INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	employee TEXT NOT NULL, 
	invitation TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	language TEXT NOT NULL, 
	state TEXT NOT NULL, 
	at TEXT NOT NULL, 
	"after" TEXT DEFAULT '' NOT NULL, 
	why TEXT DEFAULT '' NOT NULL, 
	attempt TEXT DEFAULT '1' NOT NULL, 
	told TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY ("row"), 
	UNIQUE (id, state, attempt)
);
CREATE TABLE notices (
	"row" INTEGER NOT NULL, 
	digest TEXT NOT NULL, 
	name TEXT NOT NULL, 
	version TEXT NOT NULL, 
	language TEXT NOT NULL, 
	text TEXT NOT NULL, 
	at TEXT NOT NULL, 
	PRIMARY KEY ("row"), 
	UNIQUE (digest)
);
CREATE TABLE planyess (
	"row" INTEGER NOT NULL, 
	"plan" TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	at TEXT NOT NULL, 
	PRIMARY KEY ("row"), 
	UNIQUE ("plan", "by")
);
CREATE TABLE receipts (
	"row" INTEGER NOT NULL, 
	destination TEXT NOT NULL, 
	employee TEXT NOT NULL, 
	target TEXT NOT NULL, 
	sent TEXT NOT NULL, 
	replaced TEXT NOT NULL, 
	state TEXT NOT NULL, 
	at TEXT NOT NULL, 
	run TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY ("row")
);
INSERT INTO "receipts" VALUES(1,'folder:x','007','007.jpg','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc','dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','sent','2026-11-05T10:00:00.000000+00:00','');
CREATE TABLE revocations (
	"row" INTEGER NOT NULL, 
	invitation TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	at TEXT NOT NULL, 
	PRIMARY KEY ("row"), 
	UNIQUE (invitation)
);
CREATE TABLE schema_version (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "schema_version" VALUES(5);
CREATE TABLE sessions (
	"row" INTEGER NOT NULL, 
	id TEXT NOT NULL, 
	who TEXT NOT NULL, 
	employee TEXT NOT NULL, 
	roles TEXT NOT NULL, 
	invitation TEXT NOT NULL, 
	began TEXT NOT NULL, 
	seen TEXT NOT NULL, 
	PRIMARY KEY ("row"), 
	UNIQUE (id)
);
CREATE TABLE uploads (
	"row" INTEGER NOT NULL, 
	employee TEXT NOT NULL, 
	photo TEXT NOT NULL, 
	file TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	at TEXT NOT NULL, 
	PRIMARY KEY ("row"), 
	UNIQUE (employee, photo, at)
);
CREATE UNIQUE INDEX decisions_once ON decisions (ticket) WHERE ticket <> '';
CREATE INDEX decisions_by_employee ON decisions (employee);
CREATE INDEX receipts_by_employee ON receipts (employee);
CREATE INDEX receipts_by_target ON receipts (destination, target);
CREATE INDEX invitations_by_employee ON invitations (employee);
CREATE INDEX extensions_by_employee ON extensions (employee);
CREATE INDEX letters_by_employee ON letters (employee);
CREATE UNIQUE INDEX consents_once ON consents (ticket) WHERE ticket <> '';
CREATE INDEX consents_by_employee ON consents (employee);
CREATE INDEX auditlines_by_person ON auditlines (person);
CREATE INDEX auditlines_by_act ON auditlines (act);
COMMIT;
