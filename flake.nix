# Leastwise for Nix: `nix run .`, `nix build .`, `nix develop`. It lies here and not in packaging/, because Nix looks here.
{
  description = "Makes Kubernetes manifests least-privilege where they are written";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "x86_64-darwin"
        "aarch64-darwin"
      ];
      each = make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
      workspace = (builtins.fromTOML (builtins.readFile ./Cargo.toml)).workspace.package;
    in
    {
      packages = each (pkgs: {
        default = pkgs.rustPlatform.buildRustPackage {
          pname = "leastwise";
          inherit (workspace) version;
          src = self;
          cargoLock.lockFile = ./Cargo.lock;
          buildAndTestSubdir = "server/cli";
          buildFeatures = [ "llama" ];
          # bindgenHook brings libclang, which the bindings of llama.cpp are made by.
          nativeBuildInputs = [
            pkgs.cmake
            pkgs.installShellFiles
            pkgs.rustPlatform.bindgenHook
          ];
          # The tests are `cargo xtask test`, which also drives editors.
          doCheck = false;
          # cmake is called by cargo, and has nothing to configure by itself.
          dontUseCmakeConfigure = true;
          postInstall = pkgs.lib.optionalString (pkgs.stdenv.buildPlatform.canExecute pkgs.stdenv.hostPlatform) ''
            installShellCompletion --cmd leastwise \
              --bash <($out/bin/leastwise completions bash) \
              --fish <($out/bin/leastwise completions fish) \
              --zsh <($out/bin/leastwise completions zsh)
            $out/bin/leastwise man-pages man
            installManPage man/*.1
          '';
          meta = {
            description = "Makes Kubernetes manifests least-privilege where they are written";
            homepage = workspace.repository;
            license = [
              pkgs.lib.licenses.mit
              pkgs.lib.licenses.asl20
            ];
            mainProgram = "leastwise";
          };
        };
      });

      devShells = each (pkgs: {
        default = pkgs.mkShell {
          inputsFrom = [ self.packages.${pkgs.system}.default ];
        };
      });
    };
}
