//! The accounts that a traffic file names, each looked up once, and the days of their messages.

use std::sync::Arc;

use compact_str::CompactString;
use foldhash::HashMap;

use crate::error::Result;
use crate::model::AccountPrice;
use crate::store::{AccountDays, Snapshot};

/// Accounts by their names in the file, and the days on which each has messages.
///
/// Threads that read a file together have a copy each: they share the names, which are complete by then, and each notes days in its
/// own copy.
#[derive(Debug, Default, Clone)]
pub(crate) struct AccountIndex {
    names: Arc<Names>,
    /// The first and the last day of each account; the first is after the last if it has no messages.
    days: Vec<(i32, i32)>,
}

/// Everything about accounts that does not depend on the rows read so far.
#[derive(Debug, Default, Clone)]
struct Names {
    /// The index of the account for each name; `None` for names of no account.
    by_name: HashMap<CompactString, Option<usize>>,
    /// The indexes of accounts by their short names in lower case, once the index is complete.
    by_short_name: HashMap<String, usize>,
    by_id: HashMap<i64, usize>,
    /// The price of a message part for the account at each index.
    account_prices: Vec<AccountPrice>,
    /// The accounts and prices of an import that is resumed: no others are found.
    fixed: Option<HashMap<i64, AccountPrice>>,
}

impl AccountIndex {
    /// An index in which only these accounts are found, with their prices.
    pub(crate) fn fixed(account_prices: Vec<AccountPrice>) -> Self {
        let fixed = account_prices.into_iter().map(|account_price| (account_price.account_id, account_price)).collect();
        Self { names: Arc::new(Names { fixed: Some(fixed), ..Names::default() }), days: Vec::new() }
    }

    /// Adds all accounts, so that none has to be looked up in a snapshot.
    pub(crate) fn enter_all(&mut self, snapshot: &Snapshot<'_>) -> Result<()> {
        let expected = usize::try_from(snapshot.accounts()?).unwrap_or_default();
        let names = Arc::make_mut(&mut self.names);
        names.by_name.reserve(expected);
        names.by_id.reserve(expected);
        snapshot.account_prices(|system_id, short_name, account_price| {
            let place = names.enter(account_price);
            names.by_name.insert(system_id.into(), place);
            if let Some((short_name, place)) = short_name.zip(place) {
                names.by_short_name.insert(short_name.to_ascii_lowercase(), place);
            }
        })?;
        self.make_room();
        Ok(())
    }

    /// The index of the account with a name. A name that is new is looked up in the snapshot, if there is one.
    pub(crate) fn find(&mut self, name: &str, snapshot: Option<&Snapshot<'_>>) -> Result<Option<usize>> {
        if let Some(found) = self.names.by_name.get(name) {
            return Ok(*found);
        }
        let Some(snapshot) = snapshot else {
            return Ok(self.names.by_short_name.get(&name.to_ascii_lowercase()).copied());
        };
        let names = Arc::make_mut(&mut self.names);
        let found = snapshot.account_price(name)?.and_then(|account_price| names.enter(account_price));
        names.by_name.insert(name.into(), found);
        self.make_room();
        Ok(found)
    }

    fn make_room(&mut self) {
        self.days.resize(self.names.account_prices.len(), (i32::MAX, i32::MIN));
    }

    /// The price of a message part for an account.
    pub(crate) fn account_price(&self, place: usize) -> &AccountPrice {
        &self.names.account_prices[place]
    }

    /// The same, by the ID of the account.
    pub(crate) fn account_price_of(&self, account_id: i64) -> Option<AccountPrice> {
        self.names.by_id.get(&account_id).map(|place| *self.account_price(*place))
    }

    /// Notes a day on which an account has a message.
    pub(crate) fn note(&mut self, place: usize, day: i32) {
        self.note_days(place, (day, day));
    }

    /// The same, by the ID of the account.
    pub(crate) fn note_account(&mut self, account_id: i64, day: i32) {
        if let Some(place) = self.names.by_id.get(&account_id).copied() {
            self.note(place, day);
        }
    }

    /// Notes the days of another copy of the index.
    pub(crate) fn note_all(&mut self, other: &Self) {
        other.days.iter().enumerate().for_each(|(place, days)| self.note_days(place, *days));
    }

    fn note_days(&mut self, place: usize, (first, last): (i32, i32)) {
        let days = &mut self.days[place];
        *days = (days.0.min(first), days.1.max(last));
    }

    /// The accounts with messages in the file, by their IDs.
    pub(crate) fn accounts(&self) -> Vec<AccountDays> {
        let days = self.names.account_prices.iter().zip(&self.days);
        let mut accounts: Vec<_> = days
            .filter(|(_, (first_day, last_day))| first_day <= last_day)
            .map(|(account_price, &(first_day, last_day))| AccountDays {
                account_price: *account_price,
                first_day,
                last_day,
            })
            .collect();
        accounts.sort_unstable_by_key(|days| days.account_price.account_id);
        accounts
    }
}

impl Names {
    /// The index of an account, which is added under a name; `None` if the account is not to be found.
    fn enter(&mut self, account_price: AccountPrice) -> Option<usize> {
        let account_price = match &self.fixed {
            Some(fixed) => *fixed.get(&account_price.account_id)?,
            None => account_price,
        };
        Some(*self.by_id.entry(account_price.account_id).or_insert_with(|| {
            self.account_prices.push(account_price);
            self.account_prices.len() - 1
        }))
    }
}
