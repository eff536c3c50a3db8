-- Why a warning's state changed: a change that somebody made to the warning or to its customer is no crossing of the balance,
-- and no letter tells of it.

ALTER TABLE crossing ADD COLUMN cause TEXT NOT NULL DEFAULT 'balance' CHECK (cause IN ('balance', 'marks', 'off', 'archived'));
