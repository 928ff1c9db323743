# The formula for a tap. `cargo xtask release` puts each archive's checksum in the place of its platform's name.
class Leastwise < Formula
  desc "Make Kubernetes manifests least-privilege where they are written"
  homepage "https://github.com/leastwise/leastwise"
  version "0.1.0"
  license any_of: ["MIT", "Apache-2.0"]

  on_macos do
    on_arm do
      url "https://github.com/leastwise/leastwise/releases/download/v#{version}/leastwise-#{version}-aarch64-apple-darwin.tar.gz"
      sha256 "@aarch64-apple-darwin@"
    end
    on_intel do
      url "https://github.com/leastwise/leastwise/releases/download/v#{version}/leastwise-#{version}-x86_64-apple-darwin.tar.gz"
      sha256 "@x86_64-apple-darwin@"
    end
  end

  on_linux do
    on_arm do
      url "https://github.com/leastwise/leastwise/releases/download/v#{version}/leastwise-#{version}-aarch64-unknown-linux-gnu.tar.gz"
      sha256 "@aarch64-unknown-linux-gnu@"
    end
    on_intel do
      url "https://github.com/leastwise/leastwise/releases/download/v#{version}/leastwise-#{version}-x86_64-unknown-linux-gnu.tar.gz"
      sha256 "@x86_64-unknown-linux-gnu@"
    end
  end

  def install
    bin.install "leastwise"
    bash_completion.install "completions/leastwise.bash" => "leastwise"
    fish_completion.install "completions/leastwise.fish"
    zsh_completion.install "completions/_leastwise"
    man1.install Dir["man/man1/*"]
    doc.install "THIRD-PARTY.txt"
  end

  test do
    (testpath/"pod.yaml").write <<~YAML
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        hostNetwork: true
        containers: []
    YAML
    assert_match "host-network", shell_output("#{bin}/leastwise check pod.yaml", 1)
  end
end
