//! What decides the meaning of a traffic file in addition to its text.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use crate::formats::Quoting;
use crate::model::MessageState;
use crate::traffic::dialects::TrafficDialect;
use crate::traffic::id_pattern::IdPattern;

/// What decides the meaning of rows in addition to their text.
#[derive(Debug, Clone)]
pub struct ParseOptions {
    /// The dialect; `None` to detect it by the header.
    pub dialect: Option<&'static TrafficDialect>,
    /// The time zone of timestamps without one.
    pub zone: TimeZone,
    /// The account of all rows, if the file does not name it.
    pub account: Option<String>,
    /// Whether `account` is meant even for rows in which the file names another account.
    pub override_account: bool,
    /// The column that names the account, instead of the dialect's own.
    pub key_column: Option<String>,
    /// The column with the message ID, instead of the dialect's own.
    pub id_column: Option<String>,
    /// Where the message ID stands in its column; `None` if the column has nothing else.
    pub id_pattern: Option<IdPattern>,
    /// Whether IDs of hexadecimal digits that differ only in case are the same.
    pub ignores_hex_case: bool,
    /// Columns that are not imported although their names look like those of columns that are.
    pub unread_columns: Vec<String>,
    /// How the file is quoted; `None` to decide by its header and its dialect.
    pub quoting: Option<Quoting>,
    /// Additional words for states, in lower case.
    pub words: BTreeMap<String, MessageState>,
    /// Whether any other word means `unknown`.
    pub takes_any_word: bool,
    /// Whether prices in the file are ignored.
    pub ignores_prices: bool,
    /// Whether messages are compared with stored ones and not charged: prices of the file are kept, and none is needed.
    pub is_compared: bool,
}

impl ParseOptions {
    /// The options of a file in which everything is as usual, and whose times without a zone are of this one.
    pub fn in_zone(zone: TimeZone) -> Self {
        Self {
            dialect: None,
            zone,
            account: None,
            override_account: false,
            key_column: None,
            id_column: None,
            id_pattern: None,
            ignores_hex_case: false,
            unread_columns: Vec::new(),
            quoting: None,
            words: BTreeMap::new(),
            takes_any_word: false,
            ignores_prices: false,
            is_compared: false,
        }
    }
}
