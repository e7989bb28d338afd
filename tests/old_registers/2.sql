BEGIN TRANSACTION;
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
INSERT INTO "invitations" VALUES(1,'i1','007','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','hr','2026-11-02T10:00:00.000000+00:00','2026-11-20T10:00:00.000000+00:00','');
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
INSERT INTO "schema_version" VALUES(2);
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
CREATE INDEX decisions_by_employee ON decisions (employee);
CREATE UNIQUE INDEX decisions_once ON decisions (ticket) WHERE ticket <> '';
CREATE INDEX receipts_by_employee ON receipts (employee);
CREATE INDEX receipts_by_target ON receipts (destination, target);
CREATE INDEX invitations_by_employee ON invitations (employee);
CREATE INDEX letters_by_employee ON letters (employee);
COMMIT;
