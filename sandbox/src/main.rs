//! The command line of the sandbox.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use airudder_sandbox::{Config, Sandbox};
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use tracing_subscriber::EnvFilter;

/// A local stand-in for the AI Rudder API, for tests and demonstrations. Unofficial: nobody is phoned.
///
/// Every user of this machine can read a command line: give secrets by the environment.
#[derive(Parser)]
#[command(version)]
#[allow(clippy::struct_excessive_bools)] // Each is a switch of the command line.
struct Arguments {
    /// Where to listen: an address of this machine only; port 0 takes a free one
    #[arg(long, default_value = "127.0.0.1:8460")]
    listen: SocketAddr,
    /// Where to send events: a URL of this machine only
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
    /// Sign events with this secret
    #[arg(long, value_name = "SECRET", env = "AIRUDDER_SANDBOX_SIGN_SECRET", hide_env_values = true)]
    sign_secret: Option<String>,
    /// The X-AIRudder-Sign-Key of signed events, and of chat requests; some schemes sign it, too
    #[arg(long, value_name = "KEY", env = "AIRUDDER_SANDBOX_SIGN_KEY", hide_env_values = true)]
    sign_key: Option<String>,
    /// The signature scheme of events and of chat requests: how it is written is said in docs/signatures.md
    #[arg(long, value_name = "SCHEME", default_value = "hmac-sha256:hex:body")]
    sign_scheme: String,
    /// The key of encrypted requests, responses and events
    #[arg(long, value_name = "KEY", env = "AIRUDDER_SANDBOX_ENCRYPTION_KEY", hide_env_values = true)]
    encryption_key: Option<String>,
    /// Encrypt events
    #[arg(long)]
    encrypt_events: bool,
    /// The cipher of events
    #[arg(long, value_name = "CIPHER", default_value = "aes-ecb:zero:base64")]
    event_cipher: String,
    /// Refuse plain requests
    #[arg(long)]
    require_encryption: bool,
    /// Take contacts without a platform, which the vendor documents as required
    #[arg(long)]
    allow_missing_platform: bool,
    /// Calls finished per second
    #[arg(long, value_name = "N", default_value_t = 1000)]
    speed: u32,
    /// Give a token to this app key only; by default to any
    #[arg(long, value_name = "KEY", requires = "app_secret", env = "AIRUDDER_SANDBOX_APP_KEY", hide_env_values = true)]
    app_key: Option<String>,
    /// The app key's secret
    #[arg(
        long,
        value_name = "SECRET",
        requires = "app_key",
        env = "AIRUDDER_SANDBOX_APP_SECRET",
        hide_env_values = true
    )]
    app_secret: Option<String>,
    /// The life of a token
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    token_ttl: u64,
    /// The wait before an event is sent again, at most five times
    #[arg(long, value_name = "MS", default_value_t = 60_000)]
    retry_delay: u64,
    /// The time by which the service's clock is ahead of this machine's; negative: behind
    #[arg(long, value_name = "SECONDS", default_value_t = 0, allow_negative_numbers = true)]
    clock_offset: i64,
    /// Answer the operations of this catalog of one's own, too, and send its events
    #[arg(long, value_name = "FILE")]
    catalog: Option<PathBuf>,
    /// Keep the state in this file, by default in memory
    #[arg(long, value_name = "FILE")]
    db: Option<PathBuf>,
    /// End when the standard input does, so that it does not outlive the program that started it with a pipe
    #[arg(long)]
    exit_with_stdin: bool,
    /// Other seeds give other outcomes of calls and other draws of faults
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

impl From<Arguments> for Config {
    fn from(given: Arguments) -> Self {
        Self {
            listen: given.listen,
            webhook_url: given.webhook_url,
            sign_secret: given.sign_secret.map(Into::into),
            sign_key: given.sign_key.map(Into::into),
            sign_scheme: given.sign_scheme,
            encryption_key: given.encryption_key.map(Into::into),
            encrypt_events: given.encrypt_events,
            event_cipher: given.event_cipher,
            require_encryption: given.require_encryption,
            allow_missing_platform: given.allow_missing_platform,
            speed: given.speed,
            credentials: given.app_key.zip(given.app_secret).map(|(key, secret)| (key.into(), secret.into())),
            token_ttl: Duration::from_secs(given.token_ttl),
            retry_delay: Duration::from_millis(given.retry_delay),
            clock_offset: given.clock_offset,
            catalog: given.catalog,
            db: given.db,
            seed: given.seed,
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let level = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(level).with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    let exit_with_stdin = arguments.exit_with_stdin;
    match run(arguments.into(), exit_with_stdin).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("airudder-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(config: Config, exit_with_stdin: bool) -> Result<(), Box<dyn std::error::Error>> {
    // Before the ready line: whoever reads it may stop the program at once.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let sandbox = Sandbox::start(config).await?;
    let mut stdout = std::io::stdout();
    writeln!(stdout, "listening on {}", sandbox.url())?;
    stdout.flush()?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = end_of_stdin(), if exit_with_stdin => {}
    }
    sandbox.stop().await;
    Ok(())
}

/// Waits for the end of the standard input. A thread reads it, since a read of Tokio's would hold up the end of the program.
async fn end_of_stdin() {
    let (ended, end) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        let _ = ended.send(());
    });
    let _ = end.await;
}
