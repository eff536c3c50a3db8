-- Letters that tell the password of an SMPP account. The password itself is not in them: it stands in the account alone, sealed,
-- and is filled in for the stars in the letter when that leaves.

ALTER TABLE letter ADD COLUMN password_of INTEGER REFERENCES smpp_account (id);
