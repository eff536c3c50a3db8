//! Stores the model's values in columns: most as their canonical text, amounts as integers. Reading parses them again, so a
//! value that breaks the rule of its type is an error.

use jiff::civil::Date;
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Result};
use crate::model::invoice::{
    AccountingProgram, InvoiceEmailKind, InvoiceKind, ReceivableKind, ReminderLevel, TaxCategory,
};
use crate::model::{
    AccountCode, AddressRange, ApiId, Billing, Country, CrossingCause, Currency, DaysAhead, EmailAddress, EmailState,
    EmailTemplate, EntityKind, EntryKind, ForecastCause, ForecastKind, Hash, ImportState, Invalid, Level, Limit,
    Manager, MoNumber, Money, Msisdn, NoteText, PaymentTerms, PlanBasis, PlanCode, PriceDestination, PriceSource,
    ServiceCode, ShortName, SilentHours, SurgeFactor, SystemId, SystemType, TextLine, Time, Unit, Webhook, Website,
};

/// Stores types as their canonical text and reads them with their parser.
macro_rules! text_columns {
    ($($type:ty),+ $(,)?) => {$(
        impl ToSql for $type {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.as_str()))
            }
        }
        impl FromSql for $type {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                value.as_str()?.parse().map_err(FromSqlError::other)
            }
        }
    )+};
}

text_columns!(
    AccountCode,
    AccountingProgram,
    AddressRange,
    ApiId,
    Billing,
    CrossingCause,
    Country,
    EntryKind,
    ForecastCause,
    ForecastKind,
    ImportState,
    InvoiceEmailKind,
    InvoiceKind,
    EmailTemplate,
    EmailState,
    Level,
    Manager,
    NoteText,
    EntityKind,
    PlanBasis,
    PlanCode,
    PriceSource,
    ReceivableKind,
    ServiceCode,
    ShortName,
    SystemType,
    TaxCategory,
    Webhook,
    Website,
);

/// A value whose rule became stricter after it was stored. Old values stay readable.
pub(super) trait StoredText: Sized {
    fn stored(text: &str) -> Result<Self, Invalid>;
}

/// Stores types as their canonical text and reads them with their rule for stored values.
macro_rules! stored_columns {
    ($($type:ty),+ $(,)?) => {$(
        impl StoredText for $type {
            fn stored(text: &str) -> Result<Self, Invalid> {
                <$type>::stored(text)
            }
        }
        impl ToSql for $type {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.as_str()))
            }
        }
        impl FromSql for $type {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                <$type>::stored(value.as_str()?).map_err(FromSqlError::other)
            }
        }
    )+};
}

stored_columns!(EmailAddress, MoNumber, Msisdn);

impl ToSql for SystemId {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_str()))
    }
}

/// Accounts imported from other systems keep system IDs that a new account may not have.
impl FromSql for SystemId {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::kept(value.as_str()?).map_err(FromSqlError::other)
    }
}

impl<const MAX: usize, const IS_NAME: bool> ToSql for TextLine<MAX, IS_NAME> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.as_str()))
    }
}

impl<const MAX: usize, const IS_NAME: bool> FromSql for TextLine<MAX, IS_NAME> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map_err(FromSqlError::other)
    }
}

impl ToSql for Unit {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.code()))
    }
}

impl FromSql for Unit {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::from_code(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}

impl ToSql for Currency {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.code()))
    }
}

/// Amounts in currencies that were withdrawn since stay readable.
impl FromSql for Currency {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::from_code(value.as_str()?).ok_or(FromSqlError::InvalidType)
    }
}

/// A date, which is stored as `2026-11-28`.
pub(super) struct Day(pub(super) Date);

impl ToSql for Day {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.0.to_string()))
    }
}

impl FromSql for Day {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map(Self).map_err(FromSqlError::other)
    }
}

impl ToSql for Time {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.to_string()))
    }
}

impl FromSql for Time {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map_err(FromSqlError::other)
    }
}

impl ToSql for Money {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.e8()))
    }
}

impl FromSql for Money {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_i64().map(Self::from_e8)
    }
}

impl ToSql for PriceDestination {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.to_string()))
    }
}

impl FromSql for PriceDestination {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        value.as_str()?.parse().map_err(FromSqlError::other)
    }
}

impl ToSql for Hash {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.0.as_slice()))
    }
}

impl FromSql for Hash {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        <[u8; 32]>::column_result(value).map(Self)
    }
}

impl ToSql for PaymentTerms {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.days()))
    }
}

impl FromSql for PaymentTerms {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        u32::column_result(value)?.try_into().map_err(FromSqlError::other)
    }
}

impl ToSql for Limit {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.get()))
    }
}

impl FromSql for Limit {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        u32::column_result(value)?.to_string().parse().map_err(FromSqlError::other)
    }
}

/// Stores numbers with a unit as the number.
macro_rules! number_columns {
    ($($type:ty),+) => {$(
        impl ToSql for $type {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(ToSqlOutput::from(self.get()))
            }
        }
        impl FromSql for $type {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let number = u16::column_result(value)?;
                Self::new(number).ok_or(FromSqlError::OutOfRange(number.into()))
            }
        }
    )+};
}

number_columns!(DaysAhead, SilentHours, SurgeFactor);

impl ToSql for ReminderLevel {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::from(self.days()))
    }
}

impl FromSql for ReminderLevel {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Self::of_days(i32::column_result(value)?).ok_or(FromSqlError::InvalidType)
    }
}

/// The JSON text of a value, for a JSON column.
pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::Internal(format!("a value has no JSON form: {error}")))
}

/// Reads a JSON column.
pub(super) fn from_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}

/// Reads a JSON column with a list of texts.
pub(super) fn list_from_json<T: StoredText>(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<T>> {
    let texts: Vec<String> = from_json(row, column)?;
    let values: Result<_, Invalid> = texts.iter().map(|text| T::stored(text)).collect();
    values
        .map_err(|rule| rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(rule)))
}

/// Reads a JSON column that may be NULL.
pub(super) fn from_json_or_null<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<T>> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        _ => from_json(row, column).map(Some),
    }
}
