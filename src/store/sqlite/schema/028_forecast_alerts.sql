-- Schema 28: warnings of balances that will soon be empty, of surges and of silence.

-- Warn when the balance will be empty within this number of days; NULL does not.
ALTER TABLE warning ADD COLUMN days_left INTEGER CHECK (days_left BETWEEN 1 AND 60);
-- Warn when an SMPP account sends this many times its usual message parts; NULL does not.
ALTER TABLE warning ADD COLUMN surge INTEGER CHECK (surge BETWEEN 2 AND 1000);
-- Warn when an SMPP account that always sends has sent nothing for this number of hours; NULL does not.
ALTER TABLE warning ADD COLUMN silent_hours INTEGER CHECK (silent_hours BETWEEN 1 AND 168);
-- Whether the customer gets the emails about surges and silence as well.
ALTER TABLE warning ADD COLUMN traffic_to_customer INTEGER NOT NULL DEFAULT 0 CHECK (traffic_to_customer IN (0, 1));

-- Each time that a forecast warning was raised or ended, which arms it again. Numbered without gaps. Append-only.
CREATE TABLE forecast_alert (
    id          INTEGER PRIMARY KEY,
    -- The warning; NULL if nobody's traffic was imported.
    customer_id INTEGER,
    unit        TEXT,
    kind        TEXT NOT NULL CHECK (kind IN ('days_left', 'surge', 'silent', 'no_traffic')),
    -- The SMPP account of a surge or of silence.
    account_id  INTEGER REFERENCES smpp_account (id),
    -- 1: raised. 0: ended.
    raised      INTEGER NOT NULL CHECK (raised IN (0, 1)),
    -- check: a check found it; only this queues emails. settings, account, off, archived: an operator changed the setting or the SMPP
    -- account, switched the warning off, or archived the customer.
    cause       TEXT NOT NULL CHECK (cause IN ('check', 'settings', 'account', 'off', 'archived')),
    -- What the check saw: the balance, when it will be empty or since when nothing was sent, and message parts.
    balance_e8  INTEGER,
    forecast_at TEXT,
    recent      INTEGER,
    usual       INTEGER,
    at          TEXT NOT NULL,
    FOREIGN KEY (customer_id, unit) REFERENCES warning (customer_id, unit),
    CHECK ((kind = 'no_traffic') = (customer_id IS NULL)),
    CHECK ((unit IS NULL) = (customer_id IS NULL)),
    CHECK ((kind IN ('surge', 'silent')) = (account_id IS NOT NULL)),
    CHECK (cause = 'check' OR raised = 0)
) STRICT;

CREATE INDEX forecast_alert_by_warning ON forecast_alert (customer_id, unit, kind, account_id, id);

CREATE TRIGGER forecast_alert_has_the_next_number BEFORE INSERT ON forecast_alert
WHEN new.id IS NOT (SELECT coalesce(max(id), 0) + 1 FROM forecast_alert) BEGIN
    SELECT raise(ABORT, 'forecast alerts are numbered without gaps');
END;
-- A warning is raised once, and not again before it has ended.
CREATE TRIGGER forecast_alert_alternates BEFORE INSERT ON forecast_alert
WHEN new.raised IS coalesce((SELECT raised FROM forecast_alert WHERE customer_id IS new.customer_id AND unit IS new.unit
    AND kind = new.kind AND account_id IS new.account_id ORDER BY id DESC LIMIT 1), 0) BEGIN
    SELECT raise(ABORT, 'a forecast alert is raised once until it ends');
END;
CREATE TRIGGER forecast_alert_is_never_changed BEFORE UPDATE ON forecast_alert BEGIN
    SELECT raise(ABORT, 'forecast alerts are append-only');
END;
CREATE TRIGGER forecast_alert_is_never_deleted BEFORE DELETE ON forecast_alert BEGIN
    SELECT raise(ABORT, 'forecast alerts are append-only');
END;

-- The forecast alert that an email reports, if it reports one.
ALTER TABLE outbox_email ADD COLUMN forecast_alert_id INTEGER REFERENCES forecast_alert (id);
CREATE INDEX outbox_email_by_forecast_alert ON outbox_email (forecast_alert_id) WHERE forecast_alert_id IS NOT NULL;
