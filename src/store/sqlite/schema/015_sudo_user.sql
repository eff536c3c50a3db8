-- Schema 15: who used sudo.
--
-- Under sudo the user ID of everybody is the same, usually root's. sudo names the user who called it in an environment variable,
-- which is kept here as it was found; NULL if it was not set. The hash of an entry covers it where it is not NULL.
--
-- Since this schema, the time of an entry is that of the clock as it was, and may be earlier than the one before.

ALTER TABLE event ADD COLUMN sudo_user TEXT;
ALTER TABLE entry ADD COLUMN sudo_user TEXT;
