//! Starting and stopping.

use std::fmt;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};

use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use crate::app;
use crate::calls;
use crate::changes::Changes;
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::deliver::Courier;
use crate::faults::Faults;
use crate::own;
use crate::receiver::Receiver;
use crate::requests::Requests;
use crate::sealing;
use crate::server;
use crate::state::App;
use crate::store::Store;

/// Why the sandbox did not start.
#[derive(Debug)]
pub enum StartError {
    /// A setting cannot be.
    Config(ConfigError),
    /// The address cannot be listened on.
    Listen(SocketAddr, std::io::Error),
    /// The database cannot be opened.
    Database(String),
    /// The webhook client cannot be built.
    Client(String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Listen(address, error) if error.kind() == ErrorKind::AddrInUse => write!(
                f,
                "listen: another program has {address}, perhaps another sandbox: end it, or take another port (0: a free one)"
            ),
            Self::Listen(address, error) => write!(f, "listen: {address}: {error}"),
            Self::Database(error) => write!(f, "db: {error}"),
            Self::Client(error) => write!(f, "webhook_url: {error}"),
        }
    }
}

impl std::error::Error for StartError {}

impl From<ConfigError> for StartError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

/// A running sandbox. Dropping it stops it at once; [`Sandbox::stop`] lets requests under way finish.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Sandbox {
    /// Checks the settings, opens the database, and starts to listen, to call, and to deliver.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        config.check()?;
        let (hooks, forger) = (sealing::hooks(&config)?, sealing::forger(&config)?);
        let webhook = config.webhook()?;
        if let Some(url) = &webhook {
            sealing::try_out(&hooks, url)?;
        }
        let catalog = config.catalog.as_deref().map(own::read).transpose()?;
        let changes = Changes::new();
        let opened = Store::open(config.db.as_deref(), changes.clone());
        let store = opened.map_err(|error| StartError::Database(error.to_string()))?;
        let refused = |error| StartError::Listen(config.listen, error);
        let listener = TcpListener::bind(config.listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let app = Arc::new(App {
            faults: Faults::new(config.seed),
            key: sealing::key(&config)?,
            catalog,
            hooks,
            forger,
            receiver: Receiver::new(webhook),
            clock: Clock::new(config.clock_offset),
            config,
            store,
            changes,
            requests: Requests::default(),
            contacts_waiting: Notify::new(),
            events_waiting: Notify::new(),
            paused: AtomicBool::new(false),
            redelivered: AtomicU64::new(0),
            forged_sent: AtomicU64::new(0),
            forged_accepted: AtomicU64::new(0),
        });
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(calls::run(Arc::clone(&app), stopped.clone()));
        let courier = Courier::new(Arc::clone(&app)).map_err(|error| StartError::Client(error.to_string()))?;
        tasks.spawn(courier.run(stopped.clone()));
        tasks.spawn(server::serve(listener, app::router(app), stopped));
        Ok(Self { address, stop, tasks })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL for clients, without a slash at its end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops cleanly.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
    }
}
