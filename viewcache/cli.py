"""The command `viewcache`: what to do before, beside and after `dvc repro`."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from viewcache.ground.entry import run

DESCRIPTION = """\
Is it as accurate, and faster, to cache a frozen base's features of augmented images?

`dvc repro` answers on the images that params.yaml names; these commands help before and after."""
COMMANDS = {
    "init": (
        "own_images:init",
        "look at a folder of your images, and write params.yaml for it",
    ),
    "plan": ("planning:plan", "say what a run will cost, and every arm, before anything is run"),
    "preview": (
        "previewing:preview",
        "say early what two views reach; `dvc repro` takes their features over",
    ),
    "explain": ("explaining:explain", "say which features would be computed anew, and why"),
    "recipe": ("recipes:use_recipe", "put recipes/NAME.yaml in the place of params.yaml"),
    "compare": (
        "comparing:compare",
        "hold runs to the first of them, by their answers image by image",
    ),
    "shortlist": ("shortlisting:shortlist", "run the pipeline in short with several bases"),
    "certify": (
        "certifying:certify",
        "say whether the base in int8 or bfloat16 is as good as in float32",
    ),
    "verify": (
        "verification:verify_all",
        "verify every array, and compute features again from the images",
    ),
    "recover": ("recovery:recover", "remove what a killed `dvc` left half-written of its own"),
    "predict": ("predicting:predict", "let the exported model classify images"),
    "export": ("exporting:export_keras", "write the exported model as one plain Keras model"),
    "register": (
        "registering:register",
        "log the exported model to MLflow and recommend it there",
    ),
    "ui": ("browsing:open_ui", "log to MLflow what it lacks of the results, and serve its pages"),
}
"""From a command to its function in `viewcache.commands`, and what that does."""


def main(arguments: Sequence[str] | None = None) -> None:
    function, given = parse(arguments)
    # Only now is anything imported that the command needs.
    run(lambda: resolve_name(function)(**given))


def parse(arguments: Sequence[str] | None) -> tuple[str, dict[str, Any]]:
    """The function that a command calls, as module:name, and what it is given, by name."""
    given = vars(_parser().parse_args(arguments))
    function, _ = COMMANDS[given.pop("command")]
    if given.pop("upgrade", False):
        function, given = "upgrading:upgrade", {}
    return f"viewcache.commands.{function}", given


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        "viewcache", description=DESCRIPTION, formatter_class=RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(
        title="commands", required=True, metavar="COMMAND", dest="command"
    )
    of = {
        name: commands.add_parser(name, help=text, description=text)
        for name, (_, text) in COMMANDS.items()
    }
    what = of["init"].add_mutually_exclusive_group(required=True)
    what.add_argument(
        "photos", metavar="PHOTOS", type=Path, nargs="?", help="with images in classes"
    )
    what.add_argument(
        "--upgrade", action="store_true", help="bring a params.yaml of version 0.1 to this one"
    )
    of["init"].add_argument(
        "--group", metavar="REGEX", help="finds in an image's path the group that it belongs to"
    )
    of["init"].add_argument(
        "--layout",
        metavar="NAME",
        help="how the folder tells the classes, where it can be read in several ways",
    )
    of["plan"].add_argument(
        "--recipe", metavar="NAME", help="of recipes/NAME.yaml, not of params.yaml"
    )
    of["recipe"].add_argument("name", metavar="NAME")
    of["compare"].add_argument(
        "names",
        metavar="RUN",
        nargs="+",
        help="a revision, an experiment, an MLflow run's id, or workspace; the workspace is held "
        "to a single one",
    )
    of["compare"].add_argument(
        "--arm", dest="arms", metavar="NAME[,NAME]", help="of all runs; or of the first, the others"
    )
    of["compare"].add_argument(
        "--json", dest="as_json", action="store_true", help="print everything, for programs"
    )
    of["shortlist"].add_argument(
        "bases",
        metavar="BASE",
        nargs="*",
        help="NAME[@SIDE] or FILE[@SIDE][:PREPROCESSING]; none: those at hand (docs/bases.md)",
    )
    of["shortlist"].add_argument(
        "--limit", type=int, metavar="N", help="of images; none: params.yaml's"
    )
    of["verify"].add_argument(
        "--features", type=int, default=1000, metavar="N", help="how many features (%(default)s)"
    )
    of["predict"].add_argument("images", nargs="+", type=Path, metavar="FOLDER_OR_FILE")
    of["predict"].add_argument(
        "--out", type=Path, required=True, metavar="CSV", help="written whole"
    )
    of["predict"].add_argument(
        "--views",
        type=int,
        default=0,
        metavar="N",
        help="average over the image and N random views of it (%(default)s)",
    )
    of["export"].add_argument(
        "--keras", dest="path", type=Path, required=True, metavar="FILE", help="of type .keras"
    )
    of["ui"].add_argument("--port", type=int, default=5000, help="of the server (%(default)s)")
    return parser
