//! Turns the prices of services in documents of schema 17 and older into plans, as the migration of a database does.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::error::{Error, InputError, Result};
use crate::store::{FIRST_SCHEMA_OF_PLANS, TABLES, Table};

/// The fields of a row, with their values as JSON.
type Row<'a> = Vec<(String, Cow<'a, RawValue>)>;

/// The conversion of the services of a document.
#[derive(Debug)]
pub(super) struct ServicePrices {
    is_needed: bool,
    /// The last ID of the sequence that prices and plans of services share.
    last_id: u64,
}

impl ServicePrices {
    /// The conversion for documents of a schema version.
    pub(super) fn of_schema(schema: u32) -> Self {
        Self { is_needed: schema < FIRST_SCHEMA_OF_PLANS, last_id: 0 }
    }

    /// Takes the price out of a row if it is one of a service; returns the rows that have it now.
    pub(super) fn take<'a>(
        &mut self,
        table: &str,
        row: &mut Row<'a>,
    ) -> Result<Option<[(&'static Table, Row<'a>); 3]>> {
        if !self.is_needed || table != "service" {
            return Ok(None);
        }
        let price = row.iter().position(|(name, _)| name == "price_e8").map(|place| row.remove(place).1);
        let field = |name: &str, of: &str| {
            let value = row.iter().find(|(known, _)| known == of).map(|(_, value)| value.clone());
            value.map(|value| (name.to_owned(), value)).ok_or_else(incomplete)
        };
        let plan = ["id", "code", "name", "unit", "created_at", "updated_at"];
        let plan = plan.map(|name| field(name, name)).into_iter().collect::<Result<Row<'a>>>()?;
        let price = vec![
            self.next_id()?,
            field("plan_id", "id")?,
            ("destination".to_owned(), raw("\"default\"")?),
            ("price_e8".to_owned(), price.ok_or_else(incomplete)?),
            field("recorded_at", "updated_at")?,
        ];
        let of_service = vec![
            self.next_id()?,
            field("service_id", "id")?,
            field("plan_id", "id")?,
            field("recorded_at", "created_at")?,
        ];
        Ok(Some([(named("plan")?, plan), (named("price")?, price), (named("service_plan")?, of_service)]))
    }

    fn next_id<'a>(&mut self) -> Result<(String, Cow<'a, RawValue>)> {
        self.last_id += 1;
        Ok(("id".to_owned(), raw(&self.last_id.to_string())?))
    }
}

fn raw<'a>(json: &str) -> Result<Cow<'a, RawValue>> {
    RawValue::from_string(json.to_owned()).map(Cow::Owned).map_err(|error| Error::Internal(error.to_string()))
}

fn named(table: &str) -> Result<&'static Table> {
    let found = TABLES.iter().find(|known| known.name == table);
    found.ok_or_else(|| Error::Internal(format!("there is no table {table}")))
}

fn incomplete() -> Error {
    Error::Input { code: InputError::BadDocument, message: "a service lacks one of its columns".to_owned() }
}
