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
