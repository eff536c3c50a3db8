//! What to do about a failure, where that takes more than a few words.

use std::path::Path;

use ssgctl::store::OLDEST_SCHEMA;

/// What to do about a key file that is missing or not the right one.
pub(crate) const KEY_HINT: &str = "restore the key file from a copy, or name it with SSGCTL_KEY_FILE or key_file in [secrets]; \
                                   if the key is lost, see `ssgctl help smpp rotate-password`";

/// How to upgrade a database. One that is too old to migrate can be read only by the program that wrote it.
pub(crate) fn upgrade_hint(database: &Path, schema: u32) -> String {
    if schema >= OLDEST_SCHEMA {
        return "run `ssgctl db migrate`, which makes a backup first".to_owned();
    }
    let database = database.display().to_string();
    format!(
        "export it with the ssgctl that wrote it: `ssgctl --db {} export all.jsonl`; then import it with this one: \
         `ssgctl --db new.db import all.jsonl`",
        shell_words::quote(&database)
    )
}

/// What to do about a price list that changes what messages of the past cost.
pub(crate) const PAST_HINT: &str =
    "add --correct-past if that is meant; messages that were charged keep their charge until `ssgctl traffic reprice`";
