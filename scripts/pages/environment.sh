# Sourced by scripts/make_pages and its neighbours: sets $python to an environment with the pinned packages.
# Kept in $SOHOA_CACHE (default data/cache, ignored by git), made again when requirements.txt changes.
pages=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${SOHOA_CACHE:-$pages/../../data/cache}
wanted=$(sha256sum "$pages/requirements.txt" | cut -c1-16)
environment=$cache/pages-$wanted
python=$environment/bin/python
if [ ! -e "$environment/complete" ]; then
    echo "making the Python environment for pages in $environment" >&2
    mkdir -p "$cache"
    python3 -m venv "$environment"
    "$python" -m pip install --quiet --disable-pip-version-check -r "$pages/requirements.txt" >&2
    touch "$environment/complete"
fi
export PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1
