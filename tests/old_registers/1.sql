BEGIN TRANSACTION;
CREATE TABLE decisions (
	"row" INTEGER NOT NULL, 
	employee TEXT NOT NULL, 
	picture TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	at TEXT NOT NULL, 
	comment TEXT NOT NULL, 
	source TEXT NOT NULL, 
	PRIMARY KEY ("row"), 
	UNIQUE (employee, picture, answer, at, "by")
);
INSERT INTO "decisions" VALUES(1,'007','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','approve','007','2026-11-03T10:00:00.000000+00:00','very good','import:a.csv');
INSERT INTO "decisions" VALUES(2,'008','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','refuse','008','2026-11-04T10:00:00.000000+00:00','','import:a.csv');
CREATE TABLE receipts (
	"row" INTEGER NOT NULL, 
	destination TEXT NOT NULL, 
	employee TEXT NOT NULL, 
	target TEXT NOT NULL, 
	sent TEXT NOT NULL, 
	replaced TEXT NOT NULL, 
	state TEXT NOT NULL, 
	at TEXT NOT NULL, 
	run TEXT NOT NULL, 
	PRIMARY KEY ("row")
);
INSERT INTO "receipts" VALUES(1,'folder:x','007','007.jpg','cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc','dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd','sent','2026-11-05T10:00:00.000000+00:00','');
CREATE TABLE schema_version (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "schema_version" VALUES(1);
CREATE INDEX receipts_by_target ON receipts (destination, target);
COMMIT;
