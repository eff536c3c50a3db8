//! Completes failures by what the command line knows: the name of the database, and the profile.

use std::path::Path;

use ssgctl::error::quoted;

use crate::exit::Failure;
use crate::hints::with_profile;

impl Failure {
    /// Adds the name of the database to an error of the disk: the library's errors of SQLite do not know it.
    #[must_use]
    pub(crate) fn naming(mut self, database: &Path) -> Self {
        let message = &mut self.0.message;
        if let Some(reason) = message.strip_prefix("cannot use the database: ") {
            *message = format!("cannot use the database {}: {reason}", quoted(database.display()));
        }
        self
    }

    /// Adds the profile to the commands in hints, which would otherwise be about another database.
    #[must_use]
    pub(crate) fn of_profile(mut self, profile: Option<&str>) -> Self {
        for failure in self.0.details.iter_mut().map(|detail| &mut detail.0) {
            failure.hint = failure.hint.take().map(|hint| with_profile(&hint, profile));
        }
        self.0.hint = self.0.hint.take().map(|hint| with_profile(&hint, profile));
        self
    }
}
