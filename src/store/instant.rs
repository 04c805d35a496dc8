//! The instants that reads see, and what readers remember.
//!
//! # One instant for a request
//!
//! A read is a transaction on one of the readers. A short request would make two, for its admission and for its use case, so the
//! thread that serves it may [hold an instant](at_one_instant), for other requests that wait as well: it begins with the first
//! read, and passes at the end or when a request changes or notes something, so that what it reads afterwards shows that.
//!
//! # What is remembered
//!
//! Every request asks whose key it has and what that user may do, and nearly always the answer is the one before. Each reader
//! therefore has a [`Remembered`] of rows that its last transactions found. It is used only at instants of the version that its
//! rows are from: `PRAGMA data_version`, which is asked for inside the transaction, is another number after each commit of
//! another connection, in this process or elsewhere, and readers commit nothing. So what is remembered is what a query would
//! find. Only rows are remembered, never a decision: expiry, rate limits and the last use of a key depend on more than the file.
//!
//! Of the 124,000 instructions of a GET of one definition, finding the key, the membership and the definition took 36,000, and a
//! second transaction 4,000. With this they take 2,000, and the pragma 2,500 in any case: that much is lost by a read that finds
//! the database changed each time.

use std::{
    any::{Any, TypeId},
    cell::Cell,
    collections::HashMap,
    hash::Hash,
    ptr,
    sync::{Arc, Mutex, PoisonError},
};

use r2d2::PooledConnection;
use r2d2_sqlite::SqliteConnectionManager;

use super::{
    Read, Result, Store, StoreError, open,
    transaction::{COMMIT, ROLLBACK, execute},
};

/// Begins a transaction that reads.
const BEGIN: &str = "BEGIN";
/// Which version of the database it sees; only comparable with what the same connection said before.
const VERSION: &str = "PRAGMA data_version";

/// Rows of one kind that a reader remembers; before there are more, all are dropped.
const MOST: usize = 1000;

/// One of the connections that read.
pub type Reader = PooledConnection<SqliteConnectionManager>;

/// Rows of one version of the database.
#[derive(Default)]
pub struct Remembered {
    version: i64,
    /// For each type of key, the rows by what they were looked up by.
    rows: HashMap<TypeId, Box<dyn Any + Send>>,
}

/// What a row was looked up by. Each query whose rows are remembered has a type of its own.
pub trait RowKey: Eq + Hash + Send + 'static {
    type Row: Clone + Send + 'static;

    /// Whether this and `row` are small, as are all that have limits of their own. Others are not remembered.
    fn is_small(&self, _row: &Self::Row) -> bool {
        true
    }
}

impl Remembered {
    fn rows<K: RowKey>(&mut self) -> &mut HashMap<K, K::Row> {
        let rows = self.rows.entry(TypeId::of::<K>());
        let rows = rows.or_insert_with(|| Box::new(HashMap::<K, K::Row>::new()));
        rows.downcast_mut().expect("a type of key has one of rows")
    }
}

thread_local! {
    static HELD: Cell<Option<Held>> = const { Cell::new(None) };
}

/// What a thread holds for the requests that it serves.
enum Held {
    /// Nothing yet: the next read begins an instant.
    Nothing,
    Instant(Box<Instant>),
}

/// Runs `work`, all of whose reads see the same instant, up to a change or a note. For short work: it keeps a reader.
pub fn at_one_instant<T>(work: impl FnOnce() -> T) -> T {
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            HELD.take();
        }
    }
    HELD.set(Some(Held::Nothing));
    let _end = End;
    work()
}

/// Lets the instant pass that this thread holds, if it does.
pub fn pass() {
    if HELD.take().is_some() {
        HELD.set(Some(Held::Nothing));
    }
}

/// Runs `look` at the instant that this thread holds, or at the present one. A read inside another one begins its own.
pub fn read<T, E: From<StoreError>>(
    store: &Store,
    look: impl FnOnce(&Read) -> Result<T, E>,
) -> Result<T, E> {
    let held = HELD.take();
    let keeps = held.is_some();
    let instant = match held {
        Some(Held::Instant(instant)) if ptr::eq(instant.of, store) => instant,
        _ => Box::new(Instant::begin(store)?),
    };
    let outcome = look(&Read {
        connection: &instant.reader,
        catalogues: Some(&store.catalogues),
        memory: Some(&instant.memory),
    });
    if keeps {
        HELD.set(Some(Held::Instant(instant)));
    }
    outcome
}

impl Read<'_> {
    /// The row that is remembered for `key`, else what `find` finds.
    pub fn remembered<K: RowKey>(
        &self,
        key: K,
        find: impl FnOnce() -> Result<Option<K::Row>>,
    ) -> Result<Option<K::Row>> {
        let Some(memory) = self.memory else {
            return find();
        };
        let lock = || memory.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(row) = lock().rows::<K>().get(&key) {
            return Ok(Some(row.clone()));
        }
        let found = find()?;
        if let Some(row) = found.as_ref().filter(|row| key.is_small(row)) {
            let mut memory = lock();
            let rows = memory.rows::<K>();
            if rows.len() >= MOST {
                rows.clear();
            }
            rows.insert(key, row.clone());
        }
        Ok(found)
    }
}

/// One instant of the database, on a reader; it passes when dropped. A transaction by statements that stay prepared: most
/// requests have one or two.
struct Instant {
    /// Only compared.
    of: *const Store,
    reader: Reader,
    memory: Arc<Mutex<Remembered>>,
}

impl Instant {
    /// The present one.
    fn begin(store: &Store) -> Result<Instant> {
        let mut reader = store.reader()?;
        let known = PooledConnection::extensions(&reader).get::<Arc<Mutex<Remembered>>>();
        let memory = match known {
            Some(memory) => memory.clone(),
            None => {
                open::settle(&reader)?; // it is used for the first time
                let memory = Arc::<Mutex<Remembered>>::default();
                PooledConnection::extensions_mut(&mut reader).insert(memory.clone());
                memory
            }
        };
        execute(&reader, BEGIN)?;
        let instant = Instant {
            of: store,
            reader,
            memory,
        };
        instant.recall()?;
        Ok(instant)
    }

    /// Forgets what was remembered of another version than this instant's.
    fn recall(&self) -> Result<()> {
        let mut version = self.reader.prepare_cached(VERSION)?;
        let version = version.query_row([], |row| row.get(0))?;
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.version != version {
            *memory = Remembered {
                version,
                ..Remembered::default()
            };
        }
        Ok(())
    }
}

impl Drop for Instant {
    fn drop(&mut self) {
        let reader = &self.reader;
        if let Err(error) = execute(reader, COMMIT).or_else(|_| execute(reader, ROLLBACK)) {
            tracing::error!("a reader stays at an instant: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::{model::Durability, store::tests::project};

    #[derive(PartialEq, Eq, Hash)]
    struct Name(&'static str);

    impl RowKey for Name {
        type Row = usize;

        fn is_small(&self, row: &usize) -> bool {
            self.0.len() + row < 10
        }
    }

    #[test]
    fn reads_see_one_instant_until_something_is_noted() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("t.db"), 2, Durability::Relaxed).unwrap();
        let count = || {
            let count = store.read(|db| db.count("SELECT count(*) FROM project", []));
            count.unwrap()
        };
        let change = || thread::scope(|scope| drop(scope.spawn(|| project(&store)).join()));
        let counts = at_one_instant(|| {
            let first = count();
            change();
            let second = count();
            pass();
            [first, second, count()]
        });
        assert_eq!(counts, [0, 0, 1]);
    }

    #[test]
    fn only_small_rows_of_one_version_are_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("t.db"), 1, Durability::Relaxed).unwrap();
        let queries = Cell::new(0);
        let look = |name: &'static str, row| {
            let find = || {
                queries.set(queries.get() + 1);
                Ok(row)
            };
            let found = store.read(|db| db.remembered(Name(name), find));
            assert_eq!(found.unwrap(), row);
            queries.get()
        };
        assert_eq!([look("a", Some(1)), look("a", Some(1))], [1, 1]);
        assert_eq!([look("b", Some(9)), look("b", Some(9))], [2, 3]);
        assert_eq!(
            [look("long name", Some(1)), look("long name", Some(1))],
            [4, 5]
        );
        assert_eq!([look("c", None), look("c", None)], [6, 7]);
        project(&store);
        assert_eq!(look("a", Some(2)), 8);
    }
}
