//! The accounts that a traffic file names, each looked up once, and the days of their messages.

use std::sync::Arc;

use compact_str::CompactString;
use foldhash::{HashMap, HashSet};

use crate::error::{Error, Result};
use crate::model::{AccountPrice, ImportPrices, Message, PricesVersion, Unit};
use crate::store::{AccountDays, ImportedAccount, SharedPlans, Snapshot};

const SECONDS_A_DAY: i64 = 86_400;

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
    /// The account at each index.
    accounts: Vec<ImportedAccount>,
    /// What messages of these accounts cost.
    prices: ImportPrices,
    /// How much of what was recorded about prices counts.
    version: PricesVersion,
    /// What the prices depend on, once the first account was looked up.
    shared: Option<SharedPlans>,
    /// The accounts of an import that is resumed: no others are found.
    only: Option<HashSet<i64>>,
}

impl AccountIndex {
    /// An index in which accounts are found as they are looked up, with their prices of a version.
    pub(crate) fn new(version: PricesVersion, charging: bool) -> Self {
        let prices = ImportPrices { charging, ..ImportPrices::default() };
        Self { names: Arc::new(Names { prices, version, ..Names::default() }), days: Vec::new() }
    }

    /// An index in which only these accounts are found, with their prices.
    pub(crate) fn of_accounts(accounts: impl Iterator<Item = i64>, prices: ImportPrices) -> Self {
        let names = Names { only: Some(accounts.collect()), prices, ..Names::default() };
        Self { names: Arc::new(names), days: Vec::new() }
    }

    /// An index in which only the accounts of an import are found, with their prices in it.
    pub(crate) fn fixed(snapshot: &Snapshot<'_>, import_id: i64) -> Result<Self> {
        let accounts = snapshot.import_accounts(import_id)?.into_iter().map(|account| account.account_id);
        Ok(Self::of_accounts(accounts, snapshot.import_prices(import_id)?))
    }

    /// Adds all accounts, so that none has to be looked up in a snapshot.
    pub(crate) fn enter_all(&mut self, snapshot: &Snapshot<'_>) -> Result<()> {
        let expected = usize::try_from(snapshot.accounts()?).unwrap_or_default();
        let names = Arc::make_mut(&mut self.names);
        names.by_name.reserve(expected);
        names.by_id.reserve(expected);
        snapshot.accounts_with_names(|system_id, short_name, account| {
            let place = names.enter(account);
            names.by_name.insert(system_id.into(), place);
            if let Some((short_name, place)) = short_name.zip(place) {
                names.by_short_name.insert(short_name.to_ascii_lowercase(), place);
            }
        })?;
        if names.only.is_none() {
            let shared = snapshot.shared_plans(names.version)?;
            snapshot.add_prices(Arc::make_mut(&mut names.prices.plans), &shared, None)?;
        }
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
        let account = snapshot.account_with_name(name)?;
        let found = account.and_then(|account| names.enter(account));
        names.by_name.insert(name.into(), found);
        if let Some(account) = account.filter(|_| found.is_some() && names.only.is_none()) {
            let shared = match &mut names.shared {
                Some(shared) => shared,
                none => none.insert(snapshot.shared_plans(names.version)?),
            };
            let plans = Arc::make_mut(&mut names.prices.plans);
            snapshot.add_prices(plans, shared, Some(&[account.account_id]))?;
        }
        self.make_room();
        Ok(found)
    }

    fn make_room(&mut self) {
        self.days.resize(self.names.accounts.len(), (i32::MAX, i32::MIN));
    }

    /// The ID of an account.
    pub(crate) fn account_id(&self, place: usize) -> i64 {
        self.names.accounts[place].account_id
    }

    /// The unit in which an account is charged at a second since 1970-01-01 UTC.
    pub(crate) fn unit_at(&self, place: usize, second: i64) -> Option<Unit> {
        self.names.prices.unit(self.account_id(place), second).ok()
    }

    /// The error for a message without a price.
    pub(crate) fn unpriced(&self, place: usize, message: &Message) -> Error {
        let name = self.names.by_name.iter().find(|(_, known)| **known == Some(place));
        let account = name.map(|(name, _)| name.to_string()).unwrap_or_default();
        Error::unpriced(account, message)
    }

    /// The same, by the ID of the account, if a message has no price.
    pub(crate) fn price_fault(&self, message: &mut Message) -> Option<Error> {
        // A report without a price of its own is never disputed.
        self.names.prices.settle(message).err()?;
        let place = self.names.by_id.get(&message.account_id)?;
        Some(self.unpriced(*place, message))
    }

    /// How much of what was recorded about prices counts.
    pub(crate) fn version(&self) -> PricesVersion {
        self.names.version
    }

    /// What messages of the accounts cost.
    pub(crate) fn prices(&self) -> &ImportPrices {
        &self.names.prices
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

    /// The accounts with messages in the file, by their IDs, once for each unit that they are charged in on their days.
    pub(crate) fn accounts(&self) -> Vec<AccountDays> {
        let with_messages = self.names.accounts.iter().zip(&self.days).filter(|(_, (first, last))| first <= last);
        let mut accounts = Vec::with_capacity(self.days.len());
        for (account, &(first_day, last_day)) in with_messages {
            let days = |account_price| AccountDays { account_price, first_day, last_day };
            accounts.extend(self.names.account_prices(*account, (first_day, last_day)).map(days));
        }
        accounts.sort_unstable_by_key(|days| days.account_price.account_id);
        accounts
    }
}

impl Names {
    /// The index of an account, which is added; `None` if the account is not to be found.
    fn enter(&mut self, account: ImportedAccount) -> Option<usize> {
        if self.only.as_ref().is_some_and(|only| !only.contains(&account.account_id)) {
            return None;
        }
        Some(*self.by_id.entry(account.account_id).or_insert_with(|| {
            self.accounts.push(account);
            self.accounts.len() - 1
        }))
    }

    /// The account once for each unit that it is charged in on some days.
    fn account_prices(
        &self,
        account: ImportedAccount,
        (first_day, last_day): (i32, i32),
    ) -> impl Iterator<Item = AccountPrice> + '_ {
        let ImportedAccount { account_id, customer_id } = account;
        let (charging, day) = (self.prices.charging, |day: i32| i64::from(day) * SECONDS_A_DAY);
        let plans = self.prices.plans.accounts.get(&account_id);
        let units = plans.into_iter().flat_map(move |plans| plans.between(day(first_day), day(last_day + 1) - 1));
        let mut units: Vec<Unit> = units.map(|plans| plans.unit).collect();
        units.sort_unstable_by_key(|unit| unit.code());
        units.dedup();
        let of_plans =
            units.into_iter().map(move |unit| AccountPrice { account_id, customer_id, unit, price: None, charging });
        self.prices.fixed.get(&account_id).copied().into_iter().chain(of_plans)
    }
}
