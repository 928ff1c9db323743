#!/usr/bin/env bash
# Packages the VS Code extension for one platform around the program in that platform's archive, beside which it is
# left: vscode.sh PLATFORM ARCHIVE. Needs Node; runs at the root of the repository, after `cargo xtask dist`.
set -euo pipefail
platform=$1
archive=$(realpath "$2")
folder=$(dirname "$archive")

unpacked=$(mktemp -d)
trap 'rm -rf "$unpacked"' EXIT
case $archive in
  *.zip) unzip -q "$archive" -d "$unpacked" ;;
  *) tar -xzf "$archive" -C "$unpacked" ;;
esac

cd editors/vscode
version=$(node --print 'require("./package.json").version')
rm -rf bundled
mkdir bundled
for file in "$unpacked"/*/{leastwise,leastwise.exe,LICENSE-APACHE,LICENSE-MIT,THIRD-PARTY.txt}; do
  if [[ -f $file ]]; then cp "$file" bundled/; fi
done
npm ci
npm run build
npx vsce package --no-dependencies --skip-license --allow-missing-repository --no-rewrite-relative-links \
  --target "$platform" --out "$folder/leastwise-$version-$platform.vsix"
