//! The columns of each entity, declared once: SELECT, INSERT and UPDATE, reading a row and binding values all follow from one
//! list.
//!
//! [`columns!`] implements [`Columns`] for the part of an entity that people edit. Statements name an entity's own columns,
//! such as its ID and time stamps, and append those of the list; [`insert`] and [`update`] build them, once, in a `LazyLock`.

use rusqlite::types::{FromSql, ToSql};
use rusqlite::{Connection, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Result;
use crate::store::sqlite::bulk_insert::Binding;
use crate::store::sqlite::values::{StoredText, from_json, from_json_or_null, list_from_json, to_json};

/// A value that is stored in several columns of one table.
pub(super) trait Columns: Sized {
    /// The columns for a SELECT, each with its table and after a comma: `, customer.phone, customer.website`.
    const SELECTED: &'static str;
    /// The columns for an INSERT or UPDATE, each after a comma: `, phone, website`.
    const WRITTEN: &'static str;

    /// Reads the columns of [`Self::SELECTED`].
    fn read(row: &mut RowReader<'_, '_>) -> rusqlite::Result<Self>;

    /// Binds the values of [`Self::WRITTEN`].
    fn bind(&self, binder: &mut Binder<'_, '_>) -> Result<()>;
}

/// Implements [`Columns`]: for each column how it is stored (`value`, `list`, `json`, `json_or_null`), the field and the column's name.
///
/// `with` names a field that has columns of its own, which come first; `joined` names one that is read from another table and
/// not written.
macro_rules! columns {
    (
        $type:ident in $table:literal { $($kind:ident $field:ident: $column:literal,)+ }
        $(with $nested:ident)? $(joined $joined:ident: $source:literal)?
    ) => {
        impl $crate::store::sqlite::columns::Columns for $type {
            const SELECTED: &'static str = concat!($(", ", $table, ".", $column,)+ $(", ", $source)?);
            const WRITTEN: &'static str = concat!($(", ", $column),+);

            fn read(row: &mut $crate::store::sqlite::columns::RowReader<'_, '_>) -> rusqlite::Result<Self> {
                // Fields are evaluated in this order, which is that of the columns.
                Ok(Self {
                    $($nested: $crate::store::sqlite::columns::Columns::read(row)?,)?
                    $($field: row.$kind()?,)+
                    $($joined: row.value()?,)?
                })
            }

            fn bind(&self, binder: &mut $crate::store::sqlite::columns::Binder<'_, '_>) -> $crate::error::Result<()> {
                $($crate::store::sqlite::columns::Columns::bind(&self.$nested, binder)?;)?
                $(binder.$kind(&self.$field)?;)+
                Ok(())
            }
        }
    };
}

pub(super) use columns;

/// Reads the columns of a row one after the other.
pub(super) struct RowReader<'r, 's> {
    row: &'r Row<'s>,
    next: usize,
}

impl<'r, 's> RowReader<'r, 's> {
    /// Begins with the first column.
    pub(super) fn new(row: &'r Row<'s>) -> Self {
        Self { row, next: 0 }
    }

    fn place(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    pub(super) fn value<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        let place = self.place();
        self.row.get(place)
    }

    pub(super) fn list<T: StoredText>(&mut self) -> rusqlite::Result<Vec<T>> {
        let place = self.place();
        list_from_json(self.row, place)
    }

    pub(super) fn json<T: DeserializeOwned>(&mut self) -> rusqlite::Result<T> {
        let place = self.place();
        from_json(self.row, place)
    }

    pub(super) fn json_or_null<T: DeserializeOwned>(&mut self) -> rusqlite::Result<Option<T>> {
        let place = self.place();
        from_json_or_null(self.row, place)
    }
}

/// Binds the values of a statement one after the other.
pub(super) struct Binder<'s, 'c>(Binding<'s, 'c>);

impl Binder<'_, '_> {
    pub(super) fn value(&mut self, value: impl ToSql) -> Result<()> {
        Ok(self.0.bind(value)?)
    }

    pub(super) fn list<T: Serialize>(&mut self, values: &[T]) -> Result<()> {
        self.json(&values)
    }

    pub(super) fn json<T: Serialize>(&mut self, value: &T) -> Result<()> {
        self.value(to_json(value)?)
    }

    pub(super) fn json_or_null<T: Serialize>(&mut self, value: &T) -> Result<()> {
        let text = to_json(value)?;
        self.value((text != "null").then_some(text))
    }
}

/// Runs a statement with the values that `bind` binds; returns the number of rows that it wrote.
pub(super) fn write(
    connection: &Connection,
    sql: &str,
    bind: impl FnOnce(&mut Binder<'_, '_>) -> Result<()>,
) -> Result<usize> {
    let mut statement = connection.prepare_cached(sql)?;
    bind(&mut Binder(Binding::of(&mut statement)))?;
    Ok(statement.raw_execute()?)
}

/// The columns of a list one by one, each put into a text.
pub(super) fn each(columns: &str, text: impl Fn(&str) -> String) -> String {
    let columns: Vec<String> = columns.split(", ").filter(|column| !column.is_empty()).map(text).collect();
    columns.join(", ")
}

/// The INSERT of a table's own columns and those of a list, with a `?` for each.
pub(super) fn insert(table: &str, own: &str, columns: &str) -> String {
    let all = format!("{own}{columns}");
    format!("INSERT INTO {table} ({all}) VALUES ({})", each(&all, |_| "?".to_owned()))
}

/// The UPDATE of a table's own columns and those of a list, with a `?` for each and a last one for the row's ID.
pub(super) fn update(table: &str, own: &str, columns: &str) -> String {
    format!("UPDATE {table} SET {} WHERE id = ?", each(&format!("{own}{columns}"), |column| format!("{column} = ?")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_have_a_place_for_each_column() {
        assert_eq!(insert("t", "id, at", ", a, b"), "INSERT INTO t (id, at, a, b) VALUES (?, ?, ?, ?)");
        assert_eq!(update("t", "at", ", a, b"), "UPDATE t SET at = ?, a = ?, b = ? WHERE id = ?");
    }
}
