-- Transfers: two entries that belong together. Each names the other, so neither can be read, or reversed, alone.
--
-- The first of the two names one that is not there yet, so the reference is checked when the transaction commits.

ALTER TABLE entry ADD COLUMN counterpart INTEGER REFERENCES entry (id) DEFERRABLE INITIALLY DEFERRED;

CREATE UNIQUE INDEX entry_by_counterpart ON entry (counterpart) WHERE counterpart IS NOT NULL;
