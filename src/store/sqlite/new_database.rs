//! A database that gets its name only when it is complete, so that a failed import leaves no file. A dry run drops it.

use crate::error::{Error, Result};
use crate::store::files::{DraftDatabase, make_private_folder};
use crate::store::sqlite::open::{self, Location};
use crate::store::{Clock, Store};

/// A new database until it is complete.
pub struct NewDatabase(DraftDatabase);

impl NewDatabase {
    /// Creates an empty database that does not have its real name yet.
    ///
    /// # Errors
    /// [`Error::Refused`] when the log of a lost database lies at the real name.
    pub fn begin(location: &Location, clock: Clock) -> Result<(Self, Store)> {
        open::refuse_side_files(&location.path)?;
        if let Some(folder) = location.path.parent() {
            make_private_folder(folder)?;
        }
        let draft = DraftDatabase::of_own(&location.path)?;
        open::make_schema(&draft)?;
        let store = Store::open(&Location { path: draft.path(), create: false, wait: location.wait }, clock)?;
        Ok((Self(draft), store))
    }

    /// Gives the database its real name. Closing it moves its write-ahead log into the file first.
    ///
    /// # Errors
    /// [`Error::FileExists`] when another process has created the database in the meantime.
    pub fn publish(self, store: Store) -> Result<()> {
        store.close()?;
        open::refuse_side_files(self.0.real())?;
        let path = self.0.real().to_owned();
        if self.0.publish()? { Ok(()) } else { Err(Error::FileExists { path }) }
    }
}
