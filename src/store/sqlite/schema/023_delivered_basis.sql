-- Schema 23: plans that charge messages when they are delivered.

-- When the messages are charged that a plan prices. submit: when they are accepted, that is, in any state but rejected. delivered: when
-- their state is delivered. Fixed at creation, because it decides which messages imports charged.
--
-- A message has 1 in the column charged of unpacked_message once it is charged: on the basis delivered, once it is delivered. The
-- import that first reported that has charged it.
ALTER TABLE plan ADD COLUMN basis TEXT NOT NULL DEFAULT 'submit' CHECK (basis IN ('submit', 'delivered'));

CREATE TRIGGER plan_basis_is_never_changed BEFORE UPDATE OF basis ON plan WHEN new.basis <> old.basis BEGIN
    SELECT raise(ABORT, 'the basis of a plan is fixed');
END;

-- What the messages will cost that may still be delivered, pending and unknown ones on the basis delivered: the sum of what each
-- costs by the prices of the import that added it. It is no part of the balance.
ALTER TABLE balance ADD COLUMN reserved_e8 INTEGER NOT NULL DEFAULT 0;
