//! Leastwise in a real Neovim, set up as `editors/neovim/README.md` says.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Result, ensure};
use leastwise_tests::programs::{self, repository};
use leastwise_tests::terminal::Terminal;
use tempfile::TempDir;

/// A folder with a manifest to edit, and a home without the user's own settings.
struct Workplace {
    folder: TempDir,
    neovim: PathBuf,
    environment: Vec<(&'static str, PathBuf)>,
}

impl Workplace {
    /// `None` when the programs under test are not there.
    fn set_up(manifest: &str) -> Result<Option<Self>> {
        let (Some(leastwise), Some(neovim)) = (programs::leastwise(), programs::neovim()) else {
            return Ok(None);
        };
        let folder = tempfile::tempdir()?;
        let at = |name| folder.path().join(name);
        fs::create_dir(at("home"))?;
        fs::copy(repository(manifest), at("manifest.yaml"))?;
        let program = if env::var_os("LEASTWISE_RECORDING").is_some() {
            let recorder = at("leastwise");
            fs::copy(env!("CARGO_BIN_EXE_recorder"), &recorder)?;
            recorder
        } else {
            leastwise
        };
        let environment = vec![
            ("LEASTWISE_RECORDED_FOLDER", folder.path().to_owned()),
            ("HOME", at("home")),
            // What this machine's detector would add is not tested here.
            ("LEASTWISE_MODEL", at("no-model")),
            ("XDG_STATE_HOME", at("home")),
            ("XDG_CONFIG_HOME", at("home")),
            ("LEASTWISE_NEOVIM_PLUGIN", repository("editors/neovim")),
            ("PATH", programs::first_on_path(&program)?.into()),
        ];
        Ok(Some(Self { folder, neovim, environment }))
    }

    fn manifest(&self) -> PathBuf {
        self.folder.path().join("manifest.yaml")
    }

    /// Neovim on a screen, with the manifest open.
    fn terminal(&self, columns: u16, rows: u16, configuration: &str) -> Result<Terminal> {
        let configuration = repository(configuration);
        let command = [&self.neovim, Path::new("--clean"), Path::new("-u"), &configuration, &self.manifest()];
        Terminal::start(self.folder.path(), columns, rows, self.environment.clone(), &command)
    }
}

/// Saves what the screen shows, when somebody wants a picture of it: `cargo xtask screenshot` does.
fn keep_screen(terminal: &Terminal, name: &str) -> Result<()> {
    if let Some(folder) = env::var_os("LEASTWISE_SCREENS") {
        fs::write(Path::new(&folder).join(format!("{name}.ansi")), terminal.coloured_screen()?)?;
    }
    Ok(())
}

#[test]
fn diagnostics_hover_lens_and_fix_without_a_screen() -> Result<()> {
    let Some(place) = Workplace::set_up("tests/editors/before.yaml")? else { return Ok(()) };
    let output = Command::new(&place.neovim)
        .envs(place.environment.iter().cloned())
        .args(["--clean", "--headless", "-u"])
        .arg(repository("tests/neovim/init.lua"))
        .arg("-l")
        .arg(repository("tests/neovim/headless.lua"))
        .args([place.manifest(), repository("tests/editors/after.yaml")])
        .output()?;
    ensure!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    Ok(())
}

#[test]
fn finding_explained_and_fixed_on_a_screen() -> Result<()> {
    let Some(place) = Workplace::set_up("tests/editors/before.yaml")? else { return Ok(()) };
    let mut terminal = place.terminal(150, 24, "tests/neovim/init.lua")?;

    terminal.wait_for("Container \"web\" is privileged")?;
    keep_screen(&terminal, "1-findings")?;
    terminal.keys(&["/privileged: true/e-3", "Enter", "K"])?;
    terminal.wait_for("Container runs in privileged mode")?;
    keep_screen(&terminal, "2-explained")?;
    // Moving the cursor closes the explanation.
    terminal.keys(&["l", "gra"])?;
    terminal.wait_for("Code actions:")?;
    keep_screen(&terminal, "3-actions")?;
    terminal.keys(&["1", "Enter"])?;
    terminal.wait_until("the line without `privileged`", |screen| !screen.contains("privileged: true"))?;
    keep_screen(&terminal, "4-fixed")?;
    terminal.keys(&[":wq", "Enter"])?;
    terminal.wait_for_end()?;

    let expected = fs::read_to_string(repository("tests/editors/after.yaml"))?;
    assert_eq!(fs::read_to_string(place.manifest())?, expected);
    Ok(())
}

#[test]
fn commands_without_a_screen() -> Result<()> {
    let Some(place) = Workplace::set_up("tests/editors/before.yaml")? else { return Ok(()) };
    let output = Command::new(&place.neovim)
        .envs(place.environment.iter().cloned())
        .args(["--clean", "--headless", "-u"])
        .arg(repository("tests/neovim/init.lua"))
        .arg("-l")
        .arg(repository("tests/neovim/commands.lua"))
        .arg(place.manifest())
        .output()?;
    ensure!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    Ok(())
}

#[test]
fn beside_yaml_language_server_nothing_is_said_twice() -> Result<()> {
    let Some(neighbour) = programs::yaml_language_server() else { return Ok(()) };
    let Some(place) = Workplace::set_up("tests/editors/before.yaml")? else { return Ok(()) };
    let output = Command::new(&place.neovim)
        .envs(place.environment.iter().cloned())
        .args(["--clean", "--headless", "-u"])
        .arg(repository("tests/neovim/init.lua"))
        .arg("-l")
        .arg(repository("tests/neovim/neighbour.lua"))
        .args([place.manifest(), neighbour, repository("tests/editors/schema.json")])
        .output()?;
    ensure!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    Ok(())
}

/// Shows most of what there is at once; `cargo xtask screenshot` makes the README's picture of it.
#[test]
fn picture_of_the_demo_manifest() -> Result<()> {
    let Some(place) = Workplace::set_up("tests/demo/weak.yaml")? else { return Ok(()) };
    let terminal = place.terminal(132, 44, "tests/neovim/picture.lua")?;
    terminal.wait_for("runs as user 0, which is root")?;
    terminal.wait_for("Pod Security Standards: privileged")?;
    terminal.keys(&["/privileged: /e+1", "Enter", "K"])?;
    terminal.wait_for("Container runs in privileged mode")?;
    keep_screen(&terminal, "picture")
}
