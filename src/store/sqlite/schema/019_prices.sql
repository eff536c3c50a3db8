-- Schema 19: prices by destination and by time.
--
--   service ─── service_plan ─── plan ─── price        what a message costs
--   smpp_account ─── account_service ─── service       which service an account has, and had
--   customer, smpp_account ─── overlay ─── plan        plans that are asked first
--
-- The rows of price, service_plan, account_service and overlay are append-only, and take their IDs from one sequence without
-- gaps, 1, 2, 3 …, in the order in which they were recorded. A change or a correction is a new row. So the largest ID says what
-- was recorded at some moment, and an import that keeps it can be charged again, with the same result, whatever is recorded later.
--
-- In each of the four, effective_from is the first second at which a row counts; NULL says that it always did. It counts until the
-- row of the same subject that has the next later effective_from; of two with the same one, the later recorded counts.

-- A price list in one unit.
CREATE TABLE plan (
    id          INTEGER PRIMARY KEY,
    code        TEXT NOT NULL COLLATE NOCASE UNIQUE CHECK (length(code) BETWEEN 1 AND 32),
    name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    unit        TEXT NOT NULL CHECK (unit GLOB '[A-Z][A-Z][A-Z]'),
    created_at  TEXT NOT NULL,
    updated_at  TEXT NOT NULL,
    -- NULL while the plan may be given to services, customers and accounts.
    archived_at TEXT
) STRICT;

CREATE TABLE price (
    id             INTEGER PRIMARY KEY,
    plan_id        INTEGER NOT NULL REFERENCES plan (id),
    -- `default`; a country (ISO 3166-1), `NG`; a mobile network (MCC and MNC), `62130`; or the first digits of numbers, `+2348`.
    destination    TEXT NOT NULL CHECK (length(destination) BETWEEN 2 AND 16),
    -- Price of a message part in the unit of the plan; NULL if the plan has no price for the destination from then on.
    price_e8       INTEGER CHECK (price_e8 >= 0),
    effective_from TEXT,
    recorded_at    TEXT NOT NULL
) STRICT;

CREATE INDEX price_by_destination ON price (plan_id, destination, effective_from);

-- The plan that prices the messages of a service.
CREATE TABLE service_plan (
    id             INTEGER PRIMARY KEY,
    service_id     INTEGER NOT NULL REFERENCES service (id),
    plan_id        INTEGER NOT NULL REFERENCES plan (id),
    effective_from TEXT,
    recorded_at    TEXT NOT NULL
) STRICT;

CREATE INDEX service_plan_by_service ON service_plan (service_id);
CREATE INDEX service_plan_by_plan ON service_plan (plan_id);

-- The changes of an account's service. smpp_account.service_id is the one that it began with, and never changes.
CREATE TABLE account_service (
    id             INTEGER PRIMARY KEY,
    account_id     INTEGER NOT NULL REFERENCES smpp_account (id),
    service_id     INTEGER NOT NULL REFERENCES service (id),
    effective_from TEXT,
    recorded_at    TEXT NOT NULL
) STRICT;

CREATE INDEX account_service_by_account ON account_service (account_id);

-- A plan that is asked before that of the service: one of an account before one of its customer.
CREATE TABLE overlay (
    id             INTEGER PRIMARY KEY,
    customer_id    INTEGER REFERENCES customer (id),
    account_id     INTEGER REFERENCES smpp_account (id),
    -- NULL if there is none from then on.
    plan_id        INTEGER REFERENCES plan (id),
    effective_from TEXT,
    recorded_at    TEXT NOT NULL,
    CHECK ((customer_id IS NULL) <> (account_id IS NULL))
) STRICT;

CREATE INDEX overlay_by_customer ON overlay (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX overlay_by_plan ON overlay (plan_id) WHERE plan_id IS NOT NULL;
CREATE INDEX overlay_by_account ON overlay (account_id) WHERE account_id IS NOT NULL;

-- Where prices of messages come from. plan: always the plan. file: the traffic file, where it has prices in the unit of the plan.
-- must-agree: the plan, and rows of a file that differ are refused.
ALTER TABLE service ADD COLUMN price_source TEXT NOT NULL DEFAULT 'file' CHECK (price_source IN ('plan', 'file', 'must-agree'));

-- Each service had one price. It becomes the default of a plan of the same name.
INSERT INTO plan (id, code, name, unit, created_at, updated_at)
SELECT id, code, name, unit, created_at, updated_at FROM service ORDER BY id;
INSERT INTO price (id, plan_id, destination, price_e8, recorded_at)
SELECT 2 * row_number() OVER (ORDER BY id) - 1, id, 'default', price_e8, updated_at FROM service;
INSERT INTO service_plan (id, service_id, plan_id, recorded_at)
SELECT 2 * row_number() OVER (ORDER BY id), id, id, created_at FROM service;
ALTER TABLE service DROP COLUMN price_e8;

-- A database without events is new: only there, the import of a document replaces the rows that every new database has.
CREATE TRIGGER price_is_never_replaced BEFORE INSERT ON price
WHEN EXISTS (SELECT 1 FROM price WHERE id = new.id) BEGIN
    SELECT raise(ABORT, 'prices are append-only');
END;
CREATE TRIGGER price_is_never_changed BEFORE UPDATE ON price BEGIN
    SELECT raise(ABORT, 'prices are append-only');
END;
CREATE TRIGGER price_is_never_deleted BEFORE DELETE ON price WHEN EXISTS (SELECT 1 FROM event) BEGIN
    SELECT raise(ABORT, 'prices are append-only');
END;
CREATE TRIGGER service_plan_is_never_replaced BEFORE INSERT ON service_plan
WHEN EXISTS (SELECT 1 FROM service_plan WHERE id = new.id) BEGIN
    SELECT raise(ABORT, 'plans of services are append-only');
END;
CREATE TRIGGER service_plan_is_never_changed BEFORE UPDATE ON service_plan BEGIN
    SELECT raise(ABORT, 'plans of services are append-only');
END;
CREATE TRIGGER service_plan_is_never_deleted BEFORE DELETE ON service_plan WHEN EXISTS (SELECT 1 FROM event) BEGIN
    SELECT raise(ABORT, 'plans of services are append-only');
END;
CREATE TRIGGER account_service_is_never_replaced BEFORE INSERT ON account_service
WHEN EXISTS (SELECT 1 FROM account_service WHERE id = new.id) BEGIN
    SELECT raise(ABORT, 'services of accounts are append-only');
END;
CREATE TRIGGER account_service_is_never_changed BEFORE UPDATE ON account_service BEGIN
    SELECT raise(ABORT, 'services of accounts are append-only');
END;
CREATE TRIGGER account_service_is_never_deleted BEFORE DELETE ON account_service BEGIN
    SELECT raise(ABORT, 'services of accounts are append-only');
END;
CREATE TRIGGER overlay_is_never_replaced BEFORE INSERT ON overlay
WHEN EXISTS (SELECT 1 FROM overlay WHERE id = new.id) BEGIN
    SELECT raise(ABORT, 'overlays are append-only');
END;
CREATE TRIGGER overlay_is_never_changed BEFORE UPDATE ON overlay BEGIN
    SELECT raise(ABORT, 'overlays are append-only');
END;
CREATE TRIGGER overlay_is_never_deleted BEFORE DELETE ON overlay BEGIN
    SELECT raise(ABORT, 'overlays are append-only');
END;

-- The mobile network of a message's destination, which may decide its price, has the bits of packed above those of parts: 16 bits
-- parts, then the MCC and MNC as a number of 5 or 6 digits, 0 if the file did not name it.
DROP TRIGGER unpacked_message_is_packed;
DROP VIEW unpacked_message;
CREATE VIEW unpacked_message AS SELECT message.day, id, account_id,
    -- Second of the day at which the message was submitted, 0 to 86399; the earliest that was reported.
    packed & 0x1ffff AS second,
    -- 0 pending, 1 unknown, 2 rejected, 3 expired, 4 undeliverable, 5 delivered; the highest that was reported. So a final state
    -- is never undone, and the order in which files are imported does not matter.
    (packed >> 17) & 7 AS state,
    destination,
    -- Number of message parts, at least 1.
    (packed >> 21) & 0xffff AS parts,
    price_e8,
    -- The mobile network of the destination (MCC and MNC); NULL if no report named it before the message was charged.
    nullif(packed >> 37, 0) AS network,
    -- 1 if the message counts as sent, for which it is charged once. Messages only ever reported as rejected have 0.
    (packed >> 20) & 1 AS charged,
    -- The import that charged the message or, if none did, that added it.
    coalesce(message.import_id, message_run.import_id) AS import_id
FROM message LEFT JOIN message_run ON message_run.day = message.day AND message_run.run = message.run;

-- Lets the import of a document insert rows into the view, which puts the messages of each import in a run of their own.
CREATE TRIGGER unpacked_message_is_packed INSTEAD OF INSERT ON unpacked_message BEGIN
    SELECT raise(ABORT, 'second, state, parts, network or charged is out of range')
    WHERE (typeof(new.second) = 'integer' AND new.second BETWEEN 0 AND 86399
        AND typeof(new.state) = 'integer' AND new.state BETWEEN 0 AND 5
        AND typeof(new.parts) = 'integer' AND new.parts BETWEEN 1 AND 65535
        AND (new.network IS NULL OR typeof(new.network) = 'integer' AND new.network BETWEEN 20000 AND 999999)
        AND typeof(new.charged) = 'integer' AND new.charged IN (0, 1)) IS NOT TRUE;
    INSERT INTO message VALUES (new.day, new.import_id, new.id, new.account_id,
        new.second | (new.state << 17) | (new.charged << 20) | (new.parts << 21) | (coalesce(new.network, 0) << 37),
        new.destination, new.price_e8, NULL);
END;

-- In traffic_daily, items of the countries of an account also say by which price their messages were charged; those of all accounts
-- together (account 0) do not. Rows from before this schema are valid as they are, without such details.
--
--   countries   each item: country code, whose bytes have their highest bit set where details follow. After one in the first
--               byte: the ID of the row of price, 0 if the file had the price or nothing is charged, a number; the network, 0 if
--               it is not known, a number. After one in the second byte: a quarter hour, one byte. The rest as before.
--
-- Quarter hours are there on the first and on the last day of each month only: the months of time zones begin on these days, so the
-- charges of a month in any time zone can be added up.

-- How much of what was recorded about prices counts for an import: the largest ID of price, service_plan, account_service and overlay
-- when it began. NULL for imports from before this schema, which have one price for each account.
ALTER TABLE import ADD COLUMN prices_version INTEGER;

-- The accounts of an import, once for each unit that they are charged in on the days of their messages.
ALTER TABLE import_account RENAME TO import_account_of_schema_18;
CREATE TABLE import_account (
    import_id   INTEGER NOT NULL REFERENCES import (id),
    account_id  INTEGER NOT NULL REFERENCES smpp_account (id),
    -- The customer whose balance is charged.
    customer_id INTEGER NOT NULL REFERENCES customer (id),
    unit        TEXT NOT NULL CHECK (unit GLOB '[A-Z][A-Z][A-Z]'),
    -- Price of a message part in imports from before this schema; NULL if the plans of the account decide.
    price_e8    INTEGER CHECK (price_e8 >= 0),
    -- First and last day of the account's messages in the file.
    first_day   INTEGER NOT NULL,
    last_day    INTEGER NOT NULL,
    -- What was charged to the account in this unit: number of messages, of their parts, and the amount, which is positive. All are
    -- zero until the import ends.
    messages    INTEGER NOT NULL DEFAULT 0,
    parts       INTEGER NOT NULL DEFAULT 0,
    charge_e8   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (import_id, account_id, unit)
) STRICT, WITHOUT ROWID;
INSERT INTO import_account SELECT * FROM import_account_of_schema_18;
DROP TABLE import_account_of_schema_18;
