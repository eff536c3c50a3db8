//! Groups the traffic sums of single accounts, hours and days into the lines of a report.

use std::cell::RefCell;
use std::ops::Range;

use foldhash::{HashMap, HashMapExt};

use crate::error::{Error, Result};
use crate::model::{AccountCode, HourTraffic, MessageState, ServiceCode, StateCounts, SystemId};
use crate::report::calendar::Period;
use crate::report::traffic_question::{MessageTotals, TrafficGroup, TrafficLine, TrafficQuestion};
use crate::store::{Snapshot, TrafficAccount, TrafficDetail, TrafficFilter, TrafficSpan, TrafficSum};

/// Up to this number of accounts are looked up one by one; for more, reading all sums of a period is faster.
pub(super) const MAX_LOOKUPS: usize = 100;

/// What identifies a line apart from time and state: the index of an owner, and a country if lines are grouped by it.
pub(super) type GroupKey = (usize, [u8; 2]);

/// Groups the sums of single accounts into lines.
pub(super) struct TrafficGrouper {
    by: Vec<TrafficGroup>,
    /// For each selected account, the index of its owner.
    owner_of: HashMap<i64, usize>,
    owners: Vec<Owner>,
    /// Whether all accounts are selected.
    selects_all: bool,
    /// The accounts to look up; `None` to read all sums.
    lookups: Option<Vec<i64>>,
    country: Option<[u8; 2]>,
    detail: TrafficDetail,
    hours: RefCell<HourCache>,
}

/// The hours of one UTC day. The database stores a day in one block, and reports by hour read its hours one after the other.
#[derive(Default)]
struct HourCache {
    day: Option<i32>,
    hours: Vec<HourTraffic>,
}

impl HourCache {
    /// Calls `each` with the sums of a range of hours, as [`Snapshot::traffic_sums`] does.
    fn sums(
        &mut self,
        snapshot: &Snapshot<'_>,
        range: &Range<i32>,
        detail: TrafficDetail,
        mut each: impl FnMut(TrafficSum) -> Result<()>,
    ) -> Result<()> {
        for day in range.start.div_euclid(24)..=(range.end - 1).div_euclid(24) {
            if self.day != Some(day) {
                self.day = None;
                self.hours.clear();
                snapshot.traffic_hours(day..day + 1, |sum| {
                    self.hours.push(sum);
                    Ok::<_, Error>(())
                })?;
                self.day = Some(day);
            }
            let begin = self.hours.partition_point(|sum| sum.hour < range.start);
            for HourTraffic { account_id, counts, parts, .. } in
                self.hours[begin..].iter().take_while(|sum| sum.hour < range.end)
            {
                let account_id = if detail == TrafficDetail::Total { 0 } else { *account_id };
                each(TrafficSum { account_id, counts: *counts, parts: *parts, share: None })?;
            }
        }
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
        let detail = match detail {
            _ if country.is_some() || by.contains(&TrafficGroup::Country) => TrafficDetail::Country,
            TrafficDetail::Account if selects_all && !groups_accounts => TrafficDetail::Total,
            detail => detail,
        };
        if detail == TrafficDetail::Total {
            let owners = vec![Owner::default()];
            return Ok(Self {
                by: by.clone(),
                owner_of: HashMap::from_iter([(0, 0)]),
                owners,
                selects_all,
                lookups: None,
                country: None,
                detail,
                hours: RefCell::default(),
            });
        }
        let accounts = snapshot.traffic_accounts(filter)?;
        let lookups = (!selects_all && accounts.len() <= MAX_LOOKUPS)
            .then(|| accounts.iter().map(|account| account.id).collect());
        let (mut owners, mut indexes) = (Vec::new(), HashMap::new());
        let mut owner_of = HashMap::with_capacity(accounts.len());
        for account in accounts {
            let id = account.id;
            let owner = owner(by, account);
            let index = *indexes.entry(owner.clone()).or_insert_with(|| {
                owners.push(owner);
                owners.len() - 1
            });
            owner_of.insert(id, index);
        }
        let country = country.as_ref().map(|country| code(country.as_str()));
        Ok(Self { by: by.clone(), owner_of, owners, selects_all, lookups, country, detail, hours: RefCell::default() })
    }

    /// The lines of a period, unordered. Lines without messages are left out.
    pub(super) fn lines_of(&self, snapshot: &Snapshot<'_>, period: Period) -> Result<Vec<TrafficLine>> {
        let mut found: HashMap<GroupKey, MessageTotals> = HashMap::new();
        self.each_sum(snapshot, period, |key, sum| found.entry(key).or_default().add(&MessageTotals::from(sum)))?;
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
        let mut visit = |sum: TrafficSum| {
            let Some(owner) = self.owner_of.get(&sum.account_id) else { return self.skip(sum.account_id) };
            let country = sum.share.map_or([0; 2], |share| share.country);
            if self.country.is_some_and(|wanted| wanted != country) {
                return Ok(());
            }
            each((*owner, if by_country { country } else { [0; 2] }), &sum)
        };
        for span in period.spans(self.detail) {
            match &span {
                TrafficSpan::Hours(hours) if self.lookups.is_none() => {
                    self.hours.borrow_mut().sums(snapshot, hours, self.detail, &mut visit)?;
                }
                _ => snapshot.traffic_sums(&span, self.lookups.as_deref(), self.detail, &mut visit)?,
            }
        }
        Ok(())
    }

    /// The line of a key, without messages.
    pub(super) fn line(&self, (owner, country): GroupKey) -> TrafficLine {
        let Owner { customer, system_id, service } = self.owners[owner].clone();
        let country = std::str::from_utf8(&country).ok().and_then(|code| code.parse().ok());
        TrafficLine { customer, system_id, service, country, ..TrafficLine::default() }
    }

    /// Skips the traffic of an account that is not selected. If all are selected, an unknown account means damaged data.
    fn skip(&self, account_id: i64) -> Result<()> {
        if self.selects_all {
            return Err(Error::Damaged(format!("there is traffic of SMPP account {account_id}, which does not exist")));
        }
        Ok(())
    }
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
