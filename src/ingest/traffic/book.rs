//! The accounts that a file names, each looked up once.

use compact_str::CompactString;
use foldhash::HashMap;

use crate::error::Result;
use crate::model::Tariff;
use crate::store::{AccountDays, Snapshot};

/// The names of accounts in a file, and the days of their messages.
#[derive(Debug, Default, Clone)]
pub(super) struct Book {
    /// The place of each name's account; none for names of no account.
    by_name: HashMap<CompactString, Option<usize>>,
    /// The places of accounts by their short names in lower case, once all accounts are in the book.
    by_short_name: HashMap<String, usize>,
    by_id: HashMap<i64, usize>,
    accounts: Vec<AccountDays>,
    /// The accounts and prices of an import that is resumed: no others count.
    fixed: Option<HashMap<i64, Tariff>>,
}

impl Book {
    /// A book in which only these accounts are found, with their prices.
    pub(super) fn fixed(tariffs: Vec<Tariff>) -> Self {
        let fixed = tariffs.into_iter().map(|tariff| (tariff.account_id, tariff)).collect();
        Self { fixed: Some(fixed), ..Self::default() }
    }

    /// Enters all accounts there are, so that nothing needs to be looked up any more.
    pub(super) fn enter_all(&mut self, snapshot: &Snapshot<'_>) -> Result<()> {
        snapshot.tariffs(|system_id, short_name, tariff| {
            let place = self.enter(tariff);
            self.by_name.insert(system_id.into(), place);
            if let Some((short_name, place)) = short_name.zip(place) {
                self.by_short_name.insert(short_name.to_ascii_lowercase(), place);
            }
        })
    }

    /// The account of a name. Names that were not met before are looked up, where there is something to look them up in.
    pub(super) fn find(&mut self, name: &str, snapshot: Option<&Snapshot<'_>>) -> Result<Option<usize>> {
        if let Some(found) = self.by_name.get(name) {
            return Ok(*found);
        }
        let found = match snapshot {
            Some(snapshot) => snapshot.tariff(name)?.and_then(|tariff| self.enter(tariff)),
            None => self.by_short_name.get(&name.to_ascii_lowercase()).copied(),
        };
        self.by_name.insert(name.into(), found);
        Ok(found)
    }

    fn enter(&mut self, tariff: Tariff) -> Option<usize> {
        let tariff = match &self.fixed {
            Some(fixed) => *fixed.get(&tariff.account_id)?,
            None => tariff,
        };
        let accounts = &mut self.accounts;
        Some(*self.by_id.entry(tariff.account_id).or_insert_with(|| {
            accounts.push(AccountDays { tariff, first_day: i32::MAX, last_day: i32::MIN });
            accounts.len() - 1
        }))
    }

    /// What messages of an account cost.
    pub(super) fn tariff(&self, place: usize) -> Tariff {
        self.accounts[place].tariff
    }

    /// What messages of an account cost, by its row in the database.
    pub(super) fn tariff_of(&self, account_id: i64) -> Option<Tariff> {
        self.by_id.get(&account_id).map(|place| self.tariff(*place))
    }

    /// Notes a day on which an account has a message.
    pub(super) fn note(&mut self, place: usize, day: i32) {
        let account = &mut self.accounts[place];
        account.first_day = account.first_day.min(day);
        account.last_day = account.last_day.max(day);
    }

    /// Notes the days that another copy of the book has.
    pub(super) fn note_all(&mut self, other: &Self) {
        for (account, other) in self.accounts.iter_mut().zip(&other.accounts) {
            account.first_day = account.first_day.min(other.first_day);
            account.last_day = account.last_day.max(other.last_day);
        }
    }

    /// The accounts that have messages in the file, in the order of their rows in the database.
    pub(super) fn accounts(&self) -> Vec<AccountDays> {
        let mut accounts: Vec<_> =
            self.accounts.iter().copied().filter(|days| days.first_day <= days.last_day).collect();
        accounts.sort_unstable_by_key(|days| days.tariff.account_id);
        accounts
    }
}
