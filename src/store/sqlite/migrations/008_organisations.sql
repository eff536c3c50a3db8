-- Customers by name: how an import finds those that its file has no code for.
CREATE INDEX customer_by_organisation ON customer (organisation COLLATE NOCASE);
