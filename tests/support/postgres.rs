//! A temporary PostgreSQL from the installed server programs: its own folder, a unix socket, no TCP port, gone
//! when the guard is dropped, and also when the test process is killed.

use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A running server. Start it on a thread that outlives it: the server goes with that thread.
pub struct TemporaryPostgres {
    server: Child,
    bin: PathBuf,
    folder: tempfile::TempDir,
}

impl TemporaryPostgres {
    /// Makes a cluster and starts its server.
    pub fn start() -> Self {
        let bin = server_programs();
        let folder = tempfile::Builder::new().prefix("sohoa-pg-").tempdir().unwrap();
        if let Some((uid, gid)) = other_user() {
            chown(folder.path(), Some(uid), Some(gid)).unwrap();
        }
        let data = folder.path().join("data");
        let mut init = as_user(&bin.join("initdb"));
        init.args([
            "--no-sync",
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]);
        finished(init.arg("--pgdata").arg(&data), "initdb");
        let mut server = as_user(&bin.join("postgres"));
        // Nothing here outlives the test, so nothing is synced.
        let settings = ["fsync=off", "full_page_writes=off", "max_connections=100", "listen_addresses="];
        server
            .args(settings.iter().flat_map(|s| ["-c", *s]))
            .arg("-k")
            .arg(folder.path())
            .arg("-D")
            .arg(&data);
        let log = std::fs::File::create(folder.path().join("log")).unwrap();
        let server = server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let mut started = Self { server, bin, folder };
        started.wait_until_ready();
        started
    }

    /// Fresh, empty, and nobody else's; gives its address. A schema of its own in the one database: a whole
    /// database each would be a thousand files each.
    pub fn fresh(&self, name: &str) -> String {
        finished(self.client("psql").arg("--command").arg(format!("CREATE SCHEMA {name}")), "psql");
        let host = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://postgres@localhost/postgres?host={host}&options[search_path]={name}")
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command.arg("--host").arg(self.folder.path()).args(["--username", "postgres"]);
        command
    }

    fn wait_until_ready(&mut self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !self.client("pg_isready").arg("--quiet").status().unwrap().success() {
            let log = || std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            if let Some(status) = self.server.try_wait().unwrap() {
                panic!("the temporary PostgreSQL ended at once ({status}):\n{}", log());
            }
            assert!(Instant::now() < deadline, "the temporary PostgreSQL does not answer:\n{}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for TemporaryPostgres {
    fn drop(&mut self) {
        // Immediate: the folder goes anyway, and killing the server outright would leave its children to it.
        let mut stop = as_user(&self.bin.join("pg_ctl"));
        let stop =
            stop.args(["stop", "--mode=immediate", "--silent", "-D"]).arg(self.folder.path().join("data"));
        if !stop.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|s| s.success()) {
            let _already_gone = self.server.kill();
        }
        let _reaped = self.server.wait();
    }
}

fn server_programs() -> PathBuf {
    let asked = Command::new("pg_config").arg("--bindir").output().ok().filter(|o| o.status.success());
    let from_config = asked.map(|o| PathBuf::from(String::from_utf8_lossy(&o.stdout).trim()));
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let found = from_config.into_iter().chain(versions.map(|v| v.path().join("bin")));
    found.into_iter().find(|bin| bin.join("initdb").is_file()).expect(
        "the store is tested against PostgreSQL too, and its server programs are not installed: \
         run scripts/test, which installs them, or apt-get install postgresql",
    )
}

/// PostgreSQL refuses to run as root: then somebody else runs it.
fn other_user() -> Option<(u32, u32)> {
    let id = |args: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(args).output().ok().filter(|o| o.status.success())?;
        String::from_utf8_lossy(&output.stdout).trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return None;
    }
    let user = ["postgres", "nobody"].into_iter().find(|u| id(&["-u", u]).is_some_and(|uid| uid != 0))?;
    Some((id(&["-u", user])?, id(&["-g", user])?))
}

/// A server program under the right user, ended by the kernel when the thread that started it ends.
fn as_user(program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "QUIT"]);
    if let Some((uid, gid)) = other_user() {
        command.arg(format!("--reuid={uid}")).arg(format!("--regid={gid}")).arg("--clear-groups");
    }
    command.arg(program).current_dir("/");
    command
}

fn finished(command: &mut Command, what: &str) -> Output {
    let output = command.output().unwrap_or_else(|e| panic!("{what} cannot be run: {e}"));
    assert!(output.status.success(), "{what} failed: {}", String::from_utf8_lossy(&output.stderr));
    output
}
