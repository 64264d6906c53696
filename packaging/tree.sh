# What build-deb and build-rpm begin with; they source it.
#
# take_tree KIND FOLDER TOOL...: stops when a tool is missing. Makes FOLDER ($packages) and a scratch folder ($work) that
# goes when the script ends, and copies the tree there ($source), so that it stays as it is. Sets $version too, and exports
# SOURCE_DATE_EPOCH: the time of the last commit.
take_tree() {
    local kind=$1 folder=$2 tool tree
    shift 2
    for tool; do
        command -v "$tool" > /dev/null || { echo "build-$kind: no $tool: packaging/install-needed package" >&2; exit 69; }
    done
    tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
    mkdir -p "$folder"
    packages=$(cd "$folder" && pwd)
    work=$(mktemp -d "${TMPDIR:-/tmp}/slackauditd-$kind.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM

    cd "$tree"
    version=$(sed -n 's/^project(slackauditd VERSION \([0-9.]*\) .*/\1/p' CMakeLists.txt)
    [ -n "$version" ] || { echo "build-$kind: CMakeLists.txt has no version" >&2; exit 1; }
    source=$work/slackauditd-$version
    mkdir "$source"
    if git rev-parse --is-inside-work-tree > /dev/null 2>&1; then
        # A file that is removed and not yet committed cannot be read.
        git ls-files -z --cached --others --exclude-standard
        SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
    else
        find . -path './build*' -prune -o -type f -print0
        SOURCE_DATE_EPOCH=$(stat -c %Y CMakeLists.txt)
    fi > "$work/files"
    tar --create --ignore-failed-read --null --files-from="$work/files" 2> /dev/null | tar --extract --directory="$source"
    export SOURCE_DATE_EPOCH
}
