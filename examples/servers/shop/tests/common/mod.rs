//! Code shared by the tests: both sides as processes, and the comparison of their ledgers.

#![allow(dead_code, reason = "each test binary uses only part of this module")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "tests may panic and print numbers"
)]

use example_shop::{
    ledger::Ledger,
    shop::{Orders, Problem},
    simulator,
};
use merchant_server::data_dir::DataDir;
use miniprogram_protocol::endpoint::{PaymentStatus, RefundStatus};
use std::{
    collections::BTreeSet,
    fs::{self, OpenOptions},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{self, Child, Command, ExitStatus},
    sync::atomic::{AtomicU16, Ordering},
    thread,
    time::{Duration, Instant},
};
use tokio::runtime::Runtime;

/// The timeout of a test, which is reached only if a process hangs.
const TEST_TIMEOUT: Duration = Duration::from_secs(600);

/// A shop and a super app with the same seed, in new data directories.
pub(crate) struct TestSetup {
    directory: PathBuf,
    shop_address: SocketAddr,
    super_app_address: SocketAddr,
    seed: u64,
    simulator_options: &'static [&'static str],
}

/// A running process, which is killed on drop.
pub(crate) struct RunningProcess(Child);

impl TestSetup {
    pub(crate) fn new(name: &str, seed: u64, simulator_options: &'static [&'static str]) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("shop-{name}"));
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).unwrap();
        let [shop_address, super_app_address] = [find_free_address(), find_free_address()];
        Self { directory, shop_address, super_app_address, seed, simulator_options }
    }

    pub(crate) fn start_simulator(&self) -> RunningProcess {
        self.start(env!("CARGO_BIN_EXE_super-app-simulator"), "super-app.log", |command| {
            let listen = self.super_app_address.to_string();
            command.args(["--listen", &listen, "--max-pending", "300ms"]);
            command.args(self.simulator_options);
        })
    }

    pub(crate) fn start_shop(&self, orders: usize) -> RunningProcess {
        self.start(env!("CARGO_BIN_EXE_shop"), "shop.log", |command| {
            let listen = self.shop_address.to_string();
            let super_app = format!("http://{}", self.super_app_address);
            command.args(["--listen", &listen, "--super-app", &super_app]);
            command.args(["--orders", &orders.to_string(), "--concurrency", "16"]);
            if orders == 0 {
                command.arg("--keep-running");
            }
            command.args(["--timeout", "2s", "--poll-interval", "100ms", "--retry-delay", "20ms"]);
        })
    }

    /// Starts a shop, and waits until it is listening.
    #[track_caller]
    pub(crate) fn start_listening_shop(&self, orders: usize) -> RunningProcess {
        let count = || self.read_log("shop.log").matches("listening address").count();
        let previous = if self.directory.join("shop.log").exists() { count() } else { 0 };
        let shop = self.start_shop(orders);
        let start = Instant::now();
        while count() == previous {
            assert!(start.elapsed() < TEST_TIMEOUT, "{}", self.read_log("shop.log"));
            thread::sleep(Duration::from_millis(10));
        }
        shop
    }

    /// Waits until the simulator is listening.
    #[track_caller]
    pub(crate) fn wait_for_simulator(&self) {
        let start = Instant::now();
        while TcpStream::connect(self.super_app_address).is_err() {
            assert!(start.elapsed() < TEST_TIMEOUT, "{}", self.read_log("super-app.log"));
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn start(
        &self,
        program: &str,
        log: &str,
        add_options: impl FnOnce(&mut Command),
    ) -> RunningProcess {
        let log = OpenOptions::new().create(true).append(true).open(self.directory.join(log));
        let mut command = Command::new(program);
        // Without a backtrace, the last line of the log is the error message.
        command.env("RUST_LIB_BACKTRACE", "0");
        command.current_dir(&self.directory).args(["--seed", &self.seed.to_string()]);
        add_options(&mut command);
        let log = log.unwrap();
        RunningProcess(command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    pub(crate) fn read_log(&self, name: &str) -> String {
        fs::read_to_string(self.directory.join(name)).unwrap()
    }

    pub(crate) fn shop_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.shop_address)
    }

    pub(crate) fn super_app_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.super_app_address)
    }

    fn orders(&self) -> Orders {
        Orders::open(&DataDir::open(&self.directory.join("shop-data")).unwrap()).unwrap()
    }

    /// Returns the number of open orders of a stopped shop.
    pub(crate) fn count_open_orders(&self) -> usize {
        Runtime::new().unwrap().block_on(self.orders().open_order_ids()).unwrap().len()
    }

    /// Waits until a shop has settled its orders. It exits with status 1 if refunds have failed.
    #[track_caller]
    pub(crate) fn wait_until_settled(&self, shop: &mut RunningProcess) {
        let (status, log) = (shop.wait(), self.read_log("shop.log"));
        let last_line = log.lines().last().unwrap_or_default();
        assert!(status.success() || last_line.contains("orders with problems"), "{log}");
    }

    /// Checks that the ledgers of the shop and the super app are equal, and returns the ledger.
    /// Both processes must have stopped.
    #[track_caller]
    pub(crate) fn check_ledgers(&self, orders: usize) -> Ledger {
        let data_dir = DataDir::open(&self.directory.join("super-app-data")).unwrap();
        let storage = simulator::open_storage(&data_dir).unwrap();
        let runtime = Runtime::new().unwrap();
        let shop = runtime.block_on(self.orders().ledger()).unwrap();
        let super_app = runtime.block_on(simulator::ledger(&storage)).unwrap();
        assert!(shop == super_app, "the ledgers differ: {}", first_difference(&shop, &super_app));
        check_ledger(&shop, orders);
        let failed = shop
            .0
            .values()
            .flat_map(|entry| entry.refunds.values().map(move |refund| (entry, refund)));
        let failed = failed.filter(|(_, refund)| refund.status == RefundStatus::Fail);
        let failed: BTreeSet<_> =
            failed.map(|(entry, _)| (entry.order_id.clone(), Problem::RefundFailed)).collect();
        let problems = runtime.block_on(self.orders().problems()).unwrap();
        assert_eq!(BTreeSet::from_iter(problems), failed);
        println!("{}", shop.to_string().lines().last().unwrap());
        shop
    }
}

/// Checks that every order was paid and refunded at most once, and that nothing is in progress.
#[track_caller]
fn check_ledger(ledger: &Ledger, orders: usize) {
    assert_eq!(ledger.0.len(), orders, "an order has several payments, or none");
    let order_ids: BTreeSet<_> = ledger.0.values().map(|entry| &entry.order_id).collect();
    assert_eq!(order_ids.len(), orders, "an order has several payments");
    for (request_id, entry) in &ledger.0 {
        let is_paid = entry.status == PaymentStatus::Success;
        assert!(is_paid || entry.status == PaymentStatus::Fail, "{request_id} is in progress");
        assert_eq!(entry.paid.value.get() > 0, is_paid, "{request_id}");
        assert!(entry.refunds.len() <= 1, "{request_id} has several refunds");
        for (refund_id, refund) in &entry.refunds {
            let is_refunded = refund.status == RefundStatus::Success;
            assert!(is_refunded || refund.status == RefundStatus::Fail, "{refund_id}");
            assert_eq!(refund.refunded.value.get() > 0, is_refunded, "{refund_id}");
            assert!(refund.refunded.value.get() <= entry.paid.value.get(), "{refund_id}");
        }
    }
}

/// Returns the first line that only one of the ledgers has.
fn first_difference(shop: &Ledger, super_app: &Ledger) -> String {
    let [shop, super_app] = [shop, super_app].map(Ledger::to_string);
    let only_in = |name: &str, lines: &str, other: &str| {
        let other: BTreeSet<_> = other.lines().collect();
        let mut lines = lines.lines().filter(|line| !other.contains(line));
        lines.next().map(|line| format!("{name} only: {line}; ")).unwrap_or_default()
    };
    only_in("shop", &shop, &super_app) + &only_in("super app", &super_app, &shop)
}

impl RunningProcess {
    /// Sends SIGKILL. Returns `false` if the process had already exited.
    pub(crate) fn kill(&mut self) -> bool {
        let was_running = self.0.try_wait().unwrap().is_none();
        let _ = self.0.kill();
        self.0.wait().unwrap();
        was_running
    }

    /// Sends SIGTERM, and waits until the process has exited.
    pub(crate) fn stop(mut self) {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &id]).status().unwrap().success());
        assert!(self.wait().success());
    }

    /// Waits until the process exits.
    #[track_caller]
    pub(crate) fn wait(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < TEST_TIMEOUT, "the process is still running");
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for RunningProcess {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Returns an address on which a process can listen, including after a restart. The port is outside
/// the usual range for outgoing connections, which could otherwise use it in the meantime.
pub(crate) fn find_free_address() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(process::id() % 1000 * 20).unwrap();
    for _ in 0..1000 {
        let port = 10_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 20_000;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
    panic!("no free port")
}
