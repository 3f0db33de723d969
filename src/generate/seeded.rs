//! Values that are determined by a seed.

use proptest::{
    strategy::{BoxedStrategy, Strategy, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use std::{
    fmt::Debug,
    time::{Duration, Instant},
};

/// The maximum number of rejected values before the generation of a value is restarted. The limit
/// bounds the duration of an attempt, because under some policies a whole document is generated for
/// each rejected value.
const MAX_REJECTS: u32 = 256;

/// The time after which the generation of a value is no longer restarted.
const RETRY_TIMEOUT: Duration = Duration::from_secs(2);

/// An endless iterator over the values of a strategy, created by [`seeded`].
#[derive(Debug)]
pub struct SeededValues<T: Debug> {
    strategy: BoxedStrategy<T>,
    /// The source of the random numbers for each value.
    seeds: TestRunner,
}

/// The error returned if a strategy still rejects too many values after two seconds, for example
/// because no value satisfies a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many values were rejected")]
#[non_exhaustive]
pub struct GenerateError;

/// Generates values, such as sample documents, outside a property test. The same seed generates the
/// same values in the same version of this crate.
///
/// ```
/// use miniprogram_protocol::{dictionary::Order, generate};
///
/// let orders = |seed| generate::seeded(generate::realistic::<Order>(), seed);
/// let first: Vec<Order> = orders(7).take(3).collect::<Result<_, _>>().unwrap();
/// let again: Vec<Order> = orders(7).take(3).collect::<Result<_, _>>().unwrap();
/// assert_eq!(first, again);
/// ```
pub fn seeded<S: Strategy<Value: 'static> + 'static>(
    strategy: S,
    seed: u64,
) -> SeededValues<S::Value> {
    let mut bytes = [0; 32];
    for (target, byte) in bytes.iter_mut().zip(seed.to_le_bytes()) {
        *target = byte;
    }
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let seeds = TestRunner::new_with_rng(Config::default(), random);
    SeededValues { strategy: strategy.boxed(), seeds }
}

impl<T: Debug> Iterator for SeededValues<T> {
    type Item = Result<T, GenerateError>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = Instant::now();
        loop {
            // Each attempt has its own runner, because a runner counts all values that are rejected
            // during its lifetime.
            let config = Config::default();
            let max_local_rejects = config.max_local_rejects.min(MAX_REJECTS);
            let config = Config { max_local_rejects, ..config };
            let mut runner = TestRunner::new_with_rng(config, self.seeds.new_rng());
            match self.strategy.new_tree(&mut runner) {
                Ok(value) => return Some(Ok(value.current())),
                Err(_) if start.elapsed() < RETRY_TIMEOUT => {}
                Err(_) => return Some(Err(GenerateError)),
            }
        }
    }
}
