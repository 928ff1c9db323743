//! The terminal that other tests rely on shows what a program prints and carries what a test types.

use anyhow::Result;
use leastwise_tests::terminal::Terminal;

#[test]
fn typed_keys_reach_the_program_and_its_answer_the_screen() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let script = "echo ready; read -r line; echo \"you typed $line\"; read -r _";
    let mut terminal = Terminal::start(folder.path(), 60, 10, [], &["sh", "-c", script])?;
    terminal.wait_for("ready")?;
    terminal.keys(&["hello", "Enter"])?;
    let screen = terminal.wait_for("you typed hello")?;
    assert!(screen.starts_with("ready\n"), "{screen}");
    terminal.keys(&["Enter"])?;
    terminal.wait_for_end()
}
