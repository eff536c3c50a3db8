//! Compiles what was recorded about prices up to a version.

use std::cell::RefCell;

use foldhash::HashMap;

use crate::error::Result;
use crate::model::{
    AccountPlans, Effective, PlanPrices, PriceSource, Prices, PricesVersion, ServicePlans, Timeline, Unit,
    account_plans,
};
use crate::store::Snapshot;
use crate::store::sqlite::price_history::{
    ACCOUNT_OVERLAYS, ACCOUNT_SERVICES, CUSTOMER_OVERLAYS, History, HistoryRows, SERVICE_PLANS, without_none,
};

/// The plans that decide the prices of accounts over time.
#[derive(Debug, Default)]
pub struct PlansOfAccounts {
    /// The IDs of the plans, to which the indexes in [`AccountPlans`] refer.
    pub plan_ids: Vec<i64>,
    pub accounts: HashMap<i64, Timeline<AccountPlans>>,
}

/// What the prices of every account depend on: read once where accounts are looked up one by one.
#[derive(Debug, Clone)]
pub struct SharedPlans {
    version: PricesVersion,
    services: HashMap<i64, ServicePlans>,
    /// Whether the service of any account was changed, and whether anybody has an overlay: if not, nothing is looked up.
    has_changed_services: bool,
    has_overlays: bool,
}

/// Accounts with what was recorded of them and their customers.
struct AccountRows {
    /// Account, customer and the service that the account began with.
    accounts: Vec<(i64, i64, i64)>,
    services: HistoryRows,
    account_overlays: HistoryRows,
    customer_overlays: HistoryRows,
}

impl Snapshot<'_> {
    /// The prices of some accounts, or of all, as they were recorded up to a version.
    pub fn prices(&self, version: PricesVersion, accounts: Option<&[i64]>) -> Result<Prices> {
        let mut prices = Prices::default();
        self.add_prices(&mut prices, &self.shared_plans(version)?, accounts)?;
        Ok(prices)
    }

    /// What the prices of every account depend on, as it was recorded up to a version.
    pub fn shared_plans(&self, version: PricesVersion) -> Result<SharedPlans> {
        let sql = "SELECT EXISTS (SELECT 1 FROM account_service), EXISTS (SELECT 1 FROM overlay)";
        let (has_changed_services, has_overlays) =
            self.transaction.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(SharedPlans { version, services: self.service_timelines(version)?, has_changed_services, has_overlays })
    }

    /// Adds the prices of further accounts. Plans that are compiled already are not compiled again.
    pub fn add_prices(&self, prices: &mut Prices, shared: &SharedPlans, accounts: Option<&[i64]>) -> Result<()> {
        let PlansOfAccounts { plan_ids, accounts } = self.plans_on(shared, accounts)?;
        prices.add(&plan_ids, accounts, |id| {
            Ok(PlanPrices::new(self.plan_of(id)?.basis, self.price_rows(id, shared.version)?))
        })
    }

    /// The plans of some accounts, or of all, as they were recorded up to a version.
    pub fn plans_of_accounts(&self, version: PricesVersion, accounts: Option<&[i64]>) -> Result<PlansOfAccounts> {
        self.plans_on(&self.shared_plans(version)?, accounts)
    }

    fn plans_on(&self, shared: &SharedPlans, accounts: Option<&[i64]>) -> Result<PlansOfAccounts> {
        let AccountRows { accounts, services: mut service_changes, mut account_overlays, customer_overlays } =
            self.account_rows(shared, accounts)?;
        let customer_overlays: HashMap<i64, _> =
            customer_overlays.into_iter().map(|(id, rows)| (id, Timeline::new(rows))).collect();
        // Only plans that are asked get an index, so that no others are compiled.
        let indexes: RefCell<(HashMap<i64, usize>, Vec<i64>)> = RefCell::default();
        let plan_index = |id: i64| {
            let (indexes, plan_ids) = &mut *indexes.borrow_mut();
            let next = plan_ids.len();
            let index = *indexes.entry(id).or_insert(next);
            if index == next {
                plan_ids.push(id);
            }
            Some(index)
        };
        let mut found = HashMap::default();
        for (account_id, customer_id, first_service) in accounts {
            let first = Effective { id: 0, from: None, value: first_service };
            let changes = without_none(service_changes.remove(&account_id).unwrap_or_default());
            let own_services = Timeline::new([first].into_iter().chain(changes).collect());
            let overlay = account_overlays.remove(&account_id).map(Timeline::new);
            let service = |id: i64| shared.services.get(&id).cloned();
            let of_customer = customer_overlays.get(&customer_id);
            let plans = account_plans(&own_services, overlay.as_ref(), of_customer, service, plan_index);
            found.insert(account_id, plans);
        }
        Ok(PlansOfAccounts { plan_ids: indexes.into_inner().1, accounts: found })
    }

    /// An account that has, at any time, a plan of another unit than its service; with that plan and the unit of the service.
    pub fn account_with_other_unit(&self, accounts: Option<&[i64]>) -> Result<Option<(i64, i64, Unit)>> {
        let PlansOfAccounts { plan_ids, accounts } = self.plans_of_accounts(PricesVersion(i64::MAX), accounts)?;
        let units = plan_ids.iter().map(|id| Ok(self.plan_of(*id)?.unit)).collect::<Result<Vec<Unit>>>()?;
        let mut faults: Vec<(i64, i64, Unit)> = Vec::new();
        for (account_id, timeline) in &accounts {
            for AccountPlans { unit, plans, .. } in timeline.values() {
                let others = plans.iter().filter(|(_, plan)| units.get(*plan) != Some(unit));
                faults.extend(others.filter_map(|(_, plan)| Some((*account_id, *plan_ids.get(*plan)?, *unit))));
            }
        }
        Ok(faults.into_iter().min_by_key(|(account_id, ..)| *account_id))
    }

    /// The unit of each service, and its plans over time.
    fn service_timelines(&self, version: PricesVersion) -> Result<HashMap<i64, ServicePlans>> {
        let mut plans = self.history_rows(SERVICE_PLANS, version, None)?;
        let mut statement = self.transaction.prepare_cached("SELECT id, unit, price_source FROM service")?;
        let services = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        services
            .map(|service| {
                let (id, unit, price_source): (i64, Unit, PriceSource) = service?;
                let plans = Timeline::new(without_none(plans.remove(&id).unwrap_or_default()));
                Ok((id, ServicePlans { unit, price_source, plans }))
            })
            .collect()
    }

    /// Reads the rows of all accounts, or of each of a few on its own.
    fn account_rows(&self, shared: &SharedPlans, accounts: Option<&[i64]>) -> Result<AccountRows> {
        let select = "SELECT id, customer_id, service_id FROM smpp_account";
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let Some(ids) = accounts else {
            let mut statement = self.transaction.prepare_cached(select)?;
            let all = |history| self.history_rows(history, shared.version, None);
            return Ok(AccountRows {
                accounts: statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?,
                services: all(ACCOUNT_SERVICES)?,
                account_overlays: all(ACCOUNT_OVERLAYS)?,
                customer_overlays: all(CUSTOMER_OVERLAYS)?,
            });
        };
        let mut statement = self.transaction.prepare_cached(&format!("{select} WHERE id = ?1"))?;
        let accounts: Vec<(i64, i64, i64)> =
            ids.iter().map(|id| statement.query_row([id], read)).collect::<rusqlite::Result<_>>()?;
        let mut customers: Vec<i64> = accounts.iter().map(|(_, customer, _)| *customer).collect();
        customers.sort_unstable();
        customers.dedup();
        let services = if shared.has_changed_services { ids } else { &[] };
        let (account_overlays, customers) = if shared.has_overlays { (ids, &*customers) } else { (&[][..], &[][..]) };
        Ok(AccountRows {
            services: self.rows_of_each(ACCOUNT_SERVICES, shared.version, services)?,
            account_overlays: self.rows_of_each(ACCOUNT_OVERLAYS, shared.version, account_overlays)?,
            customer_overlays: self.rows_of_each(CUSTOMER_OVERLAYS, shared.version, customers)?,
            accounts,
        })
    }

    fn rows_of_each(&self, history: History, version: PricesVersion, subjects: &[i64]) -> Result<HistoryRows> {
        let mut found = HistoryRows::new();
        for subject in subjects {
            found.extend(self.history_rows(history, version, Some(*subject))?);
        }
        Ok(found)
    }
}
