-- Passwords that were replaced and are taken for a while yet, and system IDs that are longer than a bind can carry.

-- A system ID from another system may have more than the 15 characters of a bind request and is kept as it is. SQLite
-- changes no CHECK in place, so the table is written anew; references to it are checked when the transaction commits.
PRAGMA defer_foreign_keys = ON;

CREATE TABLE smpp_account_before AS SELECT * FROM smpp_account;

DROP TABLE smpp_account;

CREATE TABLE smpp_account (
    id              INTEGER PRIMARY KEY,
    customer_id     INTEGER NOT NULL REFERENCES customer (id),
    -- Unique for ever; case matters, as it does to the gateway.
    system_id       TEXT NOT NULL UNIQUE CHECK (length(system_id) BETWEEN 1 AND 64),
    -- Encrypted with a key that is not in this file.
    password_sealed BLOB NOT NULL CHECK (length(password_sealed) > 49),
    name            TEXT CHECK (length(name) BETWEEN 1 AND 100),
    short_name      TEXT COLLATE NOCASE UNIQUE CHECK (length(short_name) BETWEEN 1 AND 40),
    system_type     TEXT CHECK (length(system_type) BETWEEN 1 AND 12),
    address_range   TEXT CHECK (length(address_range) BETWEEN 1 AND 40),
    service_id      INTEGER NOT NULL REFERENCES service (id),
    -- The switches are independent of each other and of archiving.
    enabled         INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    binding_enabled INTEGER NOT NULL CHECK (binding_enabled IN (0, 1)),
    submit_enabled  INTEGER NOT NULL CHECK (submit_enabled IN (0, 1)),
    use_cug         INTEGER NOT NULL CHECK (use_cug IN (0, 1)),
    -- NULL is no limit; zero is not a limit.
    max_tps         INTEGER CHECK (max_tps > 0),
    max_binds       INTEGER CHECK (max_binds > 0),
    allowed_ips     TEXT NOT NULL CHECK (json_type(allowed_ips) = 'array'),
    mt_webhook      TEXT,
    dlr_webhook     TEXT,
    mo_webhook      TEXT,
    mo_numbers      TEXT NOT NULL CHECK (json_type(mo_numbers) = 'array'),
    created_at      TEXT NOT NULL,
    updated_at      TEXT NOT NULL,
    archived_at     TEXT,
    -- Archived because its customer was: un-archiving the customer brings exactly these back.
    archived_with_customer INTEGER NOT NULL DEFAULT 0
        CHECK (archived_with_customer = 0 OR archived_at IS NOT NULL)
) STRICT;

INSERT INTO smpp_account SELECT * FROM smpp_account_before;

DROP TABLE smpp_account_before;

CREATE INDEX smpp_account_by_customer ON smpp_account (customer_id);

-- A short name may not be another account's system ID in any case.
CREATE INDEX smpp_account_by_system_id_in_any_case ON smpp_account (system_id COLLATE NOCASE);

-- The password that an account had before, while it is still taken. The first change of anything after that deletes it.
CREATE TABLE previous_password (
    smpp_account_id INTEGER PRIMARY KEY REFERENCES smpp_account (id),
    -- Encrypted as the account's own is.
    sealed          BLOB NOT NULL CHECK (length(sealed) > 49),
    valid_until     TEXT NOT NULL
) STRICT;

CREATE INDEX previous_password_by_end ON previous_password (valid_until);
