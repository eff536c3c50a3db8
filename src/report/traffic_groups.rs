//! Groups sums of traffic into the lines of a report.

use std::cell::RefCell;
use std::ops::Range;

use foldhash::{HashMap, HashMapExt};

use crate::error::{Error, Result};
use crate::model::{
    AccountCode, MessageState, MobileNetwork, QuarterTraffic, ServiceCode, StateCounts, SystemId, second_of,
};
use crate::report::calendar::Period;
use crate::report::charged_by::PriceNumbers;
use crate::report::traffic_question::{MessageTotals, TrafficGroup, TrafficLine, TrafficQuestion};
use crate::store::{Snapshot, TrafficAccount, TrafficAccounts, TrafficDetail, TrafficFilter, TrafficSpan, TrafficSum};

/// Up to this number of accounts are looked up one by one; for more, reading all sums of a period is faster.
pub(super) const MAX_LOOKUPS: usize = 100;

/// What identifies a line apart from time and state. What lines are not grouped by is left empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct GroupKey {
    /// The index of the owner.
    owner: usize,
    country: [u8; 2],
    network: Option<MobileNetwork>,
    /// A number of [`PriceNumbers`].
    price: usize,
}

/// Groups the sums of single accounts into lines.
pub(super) struct TrafficGrouper {
    by: Vec<TrafficGroup>,
    /// For each selected account, the index of its owner.
    owner_of: HashMap<i64, usize>,
    owners: Vec<Owner>,
    /// Whether all accounts are selected.
    selects_all: bool,
    /// Whether the sums of all accounts together answer the question.
    together: bool,
    /// The accounts to look up; `None` to read all sums.
    lookups: Option<Vec<i64>>,
    country: Option<[u8; 2]>,
    detail: TrafficDetail,
    prices: PriceNumbers,
    quarters: RefCell<QuarterCache>,
}

/// The quarter hours of one UTC day. Reports by hour read them one after the other.
#[derive(Default)]
struct QuarterCache {
    day: Option<i32>,
    /// Sorted by quarter hour.
    quarters: Vec<QuarterTraffic>,
}

impl QuarterCache {
    const A_DAY: i32 = 96;

    /// Calls `each` with the sums of a range of quarter hours, as [`Snapshot::traffic_sums`] does.
    fn sums(
        &mut self,
        snapshot: &Snapshot<'_>,
        range: &Range<i32>,
        accounts: TrafficAccounts<'_>,
        mut each: impl FnMut(TrafficSum) -> Result<()>,
    ) -> Result<()> {
        for day in range.start.div_euclid(Self::A_DAY)..=(range.end - 1).div_euclid(Self::A_DAY) {
            if self.day != Some(day) {
                self.read(snapshot, day, accounts)?;
            }
            let begin = self.quarters.partition_point(|sum| sum.quarter < range.start);
            for QuarterTraffic { account_id, counts, parts, .. } in
                self.quarters[begin..].iter().take_while(|sum| sum.quarter < range.end)
            {
                each(TrafficSum { account_id: *account_id, counts: *counts, parts: *parts, share: None })?;
            }
        }
        Ok(())
    }

    fn read(&mut self, snapshot: &Snapshot<'_>, day: i32, accounts: TrafficAccounts<'_>) -> Result<()> {
        self.day = None;
        self.quarters.clear();
        snapshot.quarters_of_day(day, accounts, |sum| {
            self.quarters.push(sum);
            Ok::<_, Error>(())
        })?;
        self.quarters.sort_by_key(|sum| sum.quarter);
        self.day = Some(day);
        Ok(())
    }
}

/// The fields of an account that lines are grouped by; the others are `None`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Owner {
    customer: Option<AccountCode>,
    system_id: Option<SystemId>,
    service: Option<ServiceCode>,
}

impl TrafficGrouper {
    /// Creates the grouper for a question. `detail` is what the caller needs in addition to the groups.
    pub(super) fn new(snapshot: &Snapshot<'_>, question: &TrafficQuestion, detail: TrafficDetail) -> Result<Self> {
        let TrafficQuestion { by, filter, country, .. } = question;
        let selects_all = *filter == TrafficFilter::default();
        let groups_accounts = [TrafficGroup::Customer, TrafficGroup::Account, TrafficGroup::Service]
            .iter()
            .any(|group| by.contains(group));
        let detail = match country {
            _ if question.needs_prices() => TrafficDetail::Price,
            None if !by.contains(&TrafficGroup::Country) => detail,
            _ => TrafficDetail::Country,
        };
        let country = country.as_ref().map(|country| code(country.as_str()));
        let together = selects_all && !groups_accounts && detail != TrafficDetail::Price;
        let (prices, quarters) = (price_numbers(snapshot, question)?, RefCell::default());
        let by = by.clone();
        if together {
            let (owner_of, owners) = (HashMap::from_iter([(0, 0)]), vec![Owner::default()]);
            let lookups = None;
            return Ok(Self {
                by,
                owner_of,
                owners,
                selects_all,
                together,
                lookups,
                country,
                detail,
                prices,
                quarters,
            });
        }
        let accounts = snapshot.traffic_accounts(filter)?;
        let lookups = (!selects_all && accounts.len() <= MAX_LOOKUPS)
            .then(|| accounts.iter().map(|account| account.id).collect());
        let (mut owners, mut indexes) = (Vec::new(), HashMap::new());
        let mut owner_of = HashMap::with_capacity(accounts.len());
        for account in accounts {
            let id = account.id;
            let owner = owner(&by, account);
            let index = *indexes.entry(owner.clone()).or_insert_with(|| {
                owners.push(owner);
                owners.len() - 1
            });
            owner_of.insert(id, index);
        }
        Ok(Self { by, owner_of, owners, selects_all, together, lookups, country, detail, prices, quarters })
    }

    /// The lines of a period, unordered. Lines without messages are left out.
    pub(super) fn lines_of(&self, snapshot: &Snapshot<'_>, period: Period) -> Result<Vec<TrafficLine>> {
        let mut found: HashMap<GroupKey, MessageTotals> = HashMap::new();
        self.each_sum(snapshot, period, |key, sum| found.entry(key).or_default().add(&MessageTotals::from(sum)))?;
        found.retain(|_, sums| *sums != MessageTotals::default());
        let mut lines = Vec::with_capacity(found.len());
        for (key, sums) in found {
            let line = TrafficLine { sums, ..self.line(key) };
            if self.by.contains(&TrafficGroup::State) { lines.extend(by_state(&line)) } else { lines.push(line) }
        }
        Ok(lines)
    }

    /// Calls `each` with every selected sum of a period and the key of its line.
    pub(super) fn each_sum(
        &self,
        snapshot: &Snapshot<'_>,
        period: Period,
        mut each: impl FnMut(GroupKey, &TrafficSum) -> Result<()>,
    ) -> Result<()> {
        let by_country = self.by.contains(&TrafficGroup::Country);
        let by_network = self.by.contains(&TrafficGroup::Network);
        let by_price = self.by.contains(&TrafficGroup::Destination) || self.by.contains(&TrafficGroup::Price);
        let mut visit = |sum: TrafficSum| {
            let Some(owner) = self.owner_of.get(&sum.account_id) else { return self.skip(sum.account_id) };
            let country = sum.share.map_or([0; 2], |share| share.country);
            if self.country.is_some_and(|wanted| wanted != country) {
                return Ok(());
            }
            let mut key = GroupKey { owner: *owner, ..GroupKey::default() };
            if by_country {
                key.country = country;
            }
            if let Some(price) = sum.share.and_then(|share| share.price) {
                key.network = price.detail.network.filter(|_| by_network);
                key.price = if by_price { self.prices.number(snapshot, sum.account_id, &price)? } else { 0 };
            }
            each(key, &sum)
        };
        let accounts = match &self.lookups {
            _ if self.together => TrafficAccounts::Together,
            None => TrafficAccounts::Each,
            Some(few) => TrafficAccounts::Few(few),
        };
        for span in period.spans(self.detail) {
            match &span {
                TrafficSpan::Quarters(quarters) if self.lookups.is_none() => {
                    self.quarters.borrow_mut().sums(snapshot, quarters, accounts, &mut visit)?;
                }
                _ => snapshot.traffic_sums(&span, accounts, self.detail, &mut visit)?,
            }
        }
        Ok(())
    }

    /// The line of a key, without messages.
    pub(super) fn line(&self, GroupKey { owner, country, network, price }: GroupKey) -> TrafficLine {
        let Owner { customer, system_id, service } = self.owners[owner].clone();
        let country = std::str::from_utf8(&country).ok().and_then(|code| code.parse().ok());
        let charged_by = self.prices.charged_by(price);
        TrafficLine { customer, system_id, service, country, network, charged_by, ..TrafficLine::default() }
    }

    /// Skips the traffic of an account that is not selected. If all are selected, an unknown account means damaged data.
    fn skip(&self, account_id: i64) -> Result<()> {
        if self.selects_all {
            return Err(Error::Damaged(format!("there is traffic of SMPP account {account_id}, which does not exist")));
        }
        Ok(())
    }
}

/// The prices of the lines, if they are grouped by prices.
fn price_numbers(snapshot: &Snapshot<'_>, question: &TrafficQuestion) -> Result<PriceNumbers> {
    if !question.by.iter().any(|group| matches!(group, TrafficGroup::Destination | TrafficGroup::Price)) {
        return Ok(PriceNumbers::default());
    }
    let Period { from, until } = question.calendar.period;
    let day = |time| i32::try_from(second_of(Some(time)).div_euclid(86_400)).unwrap_or(i32::MAX);
    PriceNumbers::new(snapshot, &(day(from)..day(until).saturating_add(1)))
}

fn owner(by: &[TrafficGroup], account: TrafficAccount) -> Owner {
    let TrafficAccount { system_id, customer, service, .. } = account;
    let has = |group| by.contains(&group);
    Owner {
        // An account has one customer, so adding the customer to lines by account does not split them.
        customer: (has(TrafficGroup::Customer) || has(TrafficGroup::Account)).then_some(customer),
        system_id: has(TrafficGroup::Account).then_some(system_id),
        service: has(TrafficGroup::Service).then_some(service),
    }
}

/// One line for each state that has messages.
fn by_state(line: &TrafficLine) -> impl Iterator<Item = TrafficLine> {
    let present = MessageState::ALL.into_iter().filter(|state| line.sums.counts.of(*state) != 0);
    present.map(|state| {
        let mut counts = StateCounts::default();
        counts.add(state, line.sums.counts.of(state));
        TrafficLine { state: Some(state), sums: MessageTotals { counts, parts: 0 }, ..line.clone() }
    })
}

/// The two bytes of a country code.
fn code(country: &str) -> [u8; 2] {
    country.as_bytes().try_into().unwrap_or_default()
}
