//! The accounts that a file names, each looked up once.

use std::sync::Arc;

use compact_str::CompactString;
use foldhash::HashMap;

use crate::error::Result;
use crate::model::AccountPrice;
use crate::store::{AccountDays, Snapshot};

/// The names of accounts in a file, and the days of their messages.
#[derive(Debug, Default, Clone)]
pub(crate) struct AccountIndex {
    /// Copies of a book have it in common for as long as none of them meets a name that is not in it.
    index: Arc<Index>,
    accounts: Vec<Account>,
    /// The places of accounts, from 1, by the hash of the name under which each was found first; 0 where there is none.
    slots: Vec<u16>,
    /// How many of the slots are taken.
    taken: usize,
}

/// Where in the book accounts are, and what is seldom asked of them.
#[derive(Debug, Default, Clone)]
struct Index {
    /// The place of each name's account; none for names of no account.
    by_name: HashMap<CompactString, Option<usize>>,
    /// The places of accounts by their short names in lower case, once all accounts are in the book.
    by_short_name: HashMap<String, usize>,
    by_id: HashMap<i64, usize>,
    /// What messages of each account cost.
    account_prices: Vec<AccountPrice>,
    /// The accounts and prices of an import that is resumed: no others count.
    fixed: Option<HashMap<i64, AccountPrice>>,
}

/// What every message needs of its account, and no more: rows name accounts in no order, and the less there is of each, the more
/// of them are near at hand.
#[derive(Debug, Clone)]
#[repr(align(32))]
struct Account {
    /// The name under which it was found first; none if that is too long, or there are too many.
    name: Name,
    /// Its row in the database.
    id: i64,
    first_day: i32,
    last_day: i32,
}

/// A name of at most 15 bytes, which a system ID is, with its length behind them: such are found without looking at a text
/// somewhere else.
type Name = u128;

const NO_NAME: Name = 0;

fn name_of(text: &str) -> Option<Name> {
    let mut bytes = [0; 16];
    let length = u8::try_from(text.len()).ok().filter(|length| (1..=15).contains(length))?;
    bytes[..text.len()].copy_from_slice(text.as_bytes());
    bytes[15] = length;
    Some(Name::from_le_bytes(bytes))
}

impl AccountIndex {
    /// A book in which only these accounts are found, with their prices.
    pub(crate) fn fixed(account_prices: Vec<AccountPrice>) -> Self {
        let fixed = account_prices.into_iter().map(|account_price| (account_price.account_id, account_price)).collect();
        Self { index: Arc::new(Index { fixed: Some(fixed), ..Index::default() }), ..Self::default() }
    }

    /// Enters all accounts there are, so that nothing needs to be looked up any more.
    pub(crate) fn enter_all(&mut self, snapshot: &Snapshot<'_>) -> Result<()> {
        let expected = usize::try_from(snapshot.accounts()?).unwrap_or_default();
        let index = Arc::make_mut(&mut self.index);
        index.by_name.reserve(expected);
        index.by_id.reserve(expected);
        snapshot.account_prices(|system_id, short_name, account_price| {
            let place = self.enter(account_price);
            let index = Arc::make_mut(&mut self.index);
            index.by_name.insert(system_id.into(), place);
            if let Some((short_name, place)) = short_name.zip(place) {
                index.by_short_name.insert(short_name.to_ascii_lowercase(), place);
            }
        })
    }

    /// The account of a name. Names that were not met before are looked up, where there is something to look them up in.
    pub(crate) fn find(&mut self, name: &str, snapshot: Option<&Snapshot<'_>>) -> Result<Option<usize>> {
        let Some(short) = name_of(name) else { return self.look_up(name, snapshot) };
        if let Some(place) = self.find_first(short) {
            return Ok(Some(place));
        }
        let found = self.look_up(name, snapshot)?;
        if let Some(place) = found {
            self.keep_first(short, place);
        }
        Ok(found)
    }

    /// The account that was found under this name first.
    fn find_first(&self, name: Name) -> Option<usize> {
        let mut slot = slot_of(name, self.slots.len());
        loop {
            let place = usize::from(*self.slots.get(slot)?).checked_sub(1)?;
            if self.accounts[place].name == name {
                return Some(place);
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }

    /// Keeps the name under which an account was found, if it is the first one.
    fn keep_first(&mut self, name: Name, place: usize) {
        if self.accounts[place].name != NO_NAME || place >= usize::from(u16::MAX) {
            return;
        }
        self.accounts[place].name = name;
        self.taken += 1;
        // No more than half of the slots are taken, so that a name is seldom far from where it belongs.
        if self.taken * 2 <= self.slots.len() {
            return self.take_slot(place);
        }
        self.slots = vec![0; (self.taken * 4).next_power_of_two()];
        for place in 0..self.accounts.len() {
            if self.accounts[place].name != NO_NAME {
                self.take_slot(place);
            }
        }
    }

    fn take_slot(&mut self, place: usize) {
        let mut slot = slot_of(self.accounts[place].name, self.slots.len());
        while self.slots[slot] != 0 {
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        self.slots[slot] = u16::try_from(place + 1).unwrap_or_default();
    }

    fn look_up(&mut self, name: &str, snapshot: Option<&Snapshot<'_>>) -> Result<Option<usize>> {
        if let Some(found) = self.index.by_name.get(name) {
            return Ok(*found);
        }
        let found = match snapshot {
            Some(snapshot) => snapshot.account_price(name)?.and_then(|account_price| self.enter(account_price)),
            None => self.index.by_short_name.get(&name.to_ascii_lowercase()).copied(),
        };
        Arc::make_mut(&mut self.index).by_name.insert(name.into(), found);
        Ok(found)
    }

    fn enter(&mut self, account_price: AccountPrice) -> Option<usize> {
        let Index { by_id, account_prices, fixed, .. } = Arc::make_mut(&mut self.index);
        let account_price = match fixed {
            Some(fixed) => *fixed.get(&account_price.account_id)?,
            None => account_price,
        };
        let accounts = &mut self.accounts;
        Some(*by_id.entry(account_price.account_id).or_insert_with(|| {
            accounts.push(Account {
                name: NO_NAME,
                id: account_price.account_id,
                first_day: i32::MAX,
                last_day: i32::MIN,
            });
            account_prices.push(account_price);
            accounts.len() - 1
        }))
    }

    /// What messages of an account cost.
    pub(crate) fn account_price(&self, place: usize) -> &AccountPrice {
        &self.index.account_prices[place]
    }

    /// The row in the database of an account.
    pub(crate) fn account_id(&self, place: usize) -> i64 {
        self.accounts[place].id
    }

    /// What messages of an account cost, by its row in the database.
    pub(crate) fn account_price_of(&self, account_id: i64) -> Option<AccountPrice> {
        self.index.by_id.get(&account_id).map(|place| *self.account_price(*place))
    }

    /// Notes a day on which an account has a message.
    pub(crate) fn note(&mut self, place: usize, day: i32) {
        let account = &mut self.accounts[place];
        account.first_day = account.first_day.min(day);
        account.last_day = account.last_day.max(day);
    }

    /// Notes the days that another copy of the book has.
    pub(crate) fn note_all(&mut self, other: &Self) {
        for (account, other) in self.accounts.iter_mut().zip(&other.accounts) {
            account.first_day = account.first_day.min(other.first_day);
            account.last_day = account.last_day.max(other.last_day);
        }
    }

    /// The accounts that have messages in the file, in the order of their rows in the database.
    pub(crate) fn accounts(&self) -> Vec<AccountDays> {
        let days = self.accounts.iter().zip(&self.index.account_prices).map(|(account, account_price)| {
            let Account { first_day, last_day, .. } = *account;
            AccountDays { account_price: *account_price, first_day, last_day }
        });
        let mut accounts: Vec<_> = days.filter(|days| days.first_day <= days.last_day).collect();
        accounts.sort_unstable_by_key(|days| days.account_price.account_id);
        accounts
    }
}

/// Where a name stands among so many slots, a power of two, if nothing stands there.
#[expect(clippy::cast_possible_truncation, reason = "some bits of a hash are as good as others")]
fn slot_of(name: Name, slots: usize) -> usize {
    let (first, last) = (name as u64 ^ 0x9e37_79b9_7f4a_7c15, (name >> 64) as u64 ^ 0xd1b5_4a32_d192_ed03);
    let product = u128::from(first) * u128::from(last);
    ((product >> 64) as usize ^ product as usize) & slots.wrapping_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Money, Unit};
    use proptest::prelude::*;

    /// A book as [`AccountIndex::enter_all`] fills it, with two names for each account.
    fn account_index(names: &[String]) -> AccountIndex {
        let mut account_index = AccountIndex::default();
        for (account_id, name) in (1..).zip(names) {
            let unit = Unit::Sms;
            let place = account_index.enter(AccountPrice {
                account_id,
                customer_id: 1,
                unit,
                price: Money::ONE,
                charging: true,
            });
            let index = Arc::make_mut(&mut account_index.index);
            index.by_name.entry(name.as_str().into()).or_insert(place);
            index.by_short_name.insert(format!("s{account_id}"), place.expect("entered"));
        }
        account_index
    }

    proptest! {
        #[test]
        fn a_name_is_found_as_if_it_were_looked_up_each_time(
            names in proptest::collection::vec("[a-c\u{e9}]{0,17}", 1..40),
            sought in proptest::collection::vec((0..50_usize, 0..4_u8), 0..200)
        ) {
            let (mut quickly, mut slowly) = (account_index(&names), account_index(&names));
            for (index, kind) in sought {
                let name = match (kind, names.get(index)) {
                    (0, _) => format!("S{index}"),
                    (1, _) => format!("s{index}"),
                    (_, Some(name)) => name.clone(),
                    (_, None) => "nobody".to_owned(),
                };
                prop_assert_eq!(quickly.find(&name, None).expect("found"), slowly.look_up(&name, None).expect("found"));
            }
        }
    }

    #[test]
    fn names_are_told_apart_by_their_length_too() {
        assert_ne!(name_of("a"), name_of("a\0"));
        assert_ne!(name_of("123456789012345"), name_of("12345678901234"));
        assert_eq!((name_of(""), name_of("1234567890123456")), (None, None));
    }
}
