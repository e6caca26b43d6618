"""The command `viewcache`: what to do before, beside and after `dvc repro`."""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from pathlib import Path

from viewcache.ground.entry import run

DESCRIPTION = """\
Is it as accurate, and faster, to cache a frozen base's features of augmented images?

`dvc repro` answers on the images that params.yaml names; these commands help before and after."""


def main(arguments: Sequence[str] | None = None) -> None:
    wanted = _parser().parse_args(arguments)
    run(lambda: wanted.command(wanted))


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        "viewcache", description=DESCRIPTION, formatter_class=RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    def add(name: str, does: Callable[[Namespace], None], text: str) -> ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(command=does)
        return command

    init = add("init", _init, "look at a folder of your own images, and write params.yaml for it")
    what = init.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "photos", metavar="PHOTOS", type=Path, nargs="?", help="with a folder for each class"
    )
    what.add_argument(
        "--upgrade", action="store_true", help="bring a params.yaml of version 0.1 to this one"
    )
    init.add_argument(
        "--group", metavar="REGEX", help="finds in an image's path the group that it belongs to"
    )
    plan = add("plan", _plan, "say what a run will cost, and every arm, before anything is run")
    plan.add_argument("--recipe", metavar="NAME", help="of recipes/NAME.yaml, not of params.yaml")
    add("explain", _explain, "say which features would be computed anew, and why")
    recipe = add("recipe", _recipe, "put recipes/NAME.yaml in the place of params.yaml")
    recipe.add_argument("name", metavar="NAME")
    comparing = add(
        "compare", _compare, "hold runs to the first of them, by their answers image by image"
    )
    comparing.add_argument(
        "runs",
        metavar="RUN",
        nargs="+",
        help="a revision, an experiment, an MLflow run's id, or workspace, which is held to a "
        "single one",
    )
    comparing.add_argument(
        "--arm", metavar="NAME[,NAME]", help="of all; or of the first and the others"
    )
    comparing.add_argument("--json", action="store_true", help="print everything, for programs")
    candidates = add("shortlist", _shortlist, "run the pipeline in short with several bases")
    candidates.add_argument(
        "bases",
        metavar="BASE",
        nargs="*",
        help="NAME[@SIDE] or FILE.keras[@SIDE]:PREPROCESSING; none: that of params.yaml at 160 and "
        "224 pixels",
    )
    candidates.add_argument("--limit", type=int, metavar="N", help="of images; none: params.yaml's")
    add("certify", _certify, "say whether the base in int8 or bfloat16 is as good as in float32")
    verify = add(
        "verify", _verify, "verify every array, and compute features again from the images"
    )
    verify.add_argument(
        "--features", type=int, default=1000, metavar="N", help="how many features (%(default)s)"
    )
    add("recover", _recover, "remove what a killed `dvc` left half-written of its own")
    predict = add("predict", _predict, "let the exported model classify images")
    predict.add_argument("images", nargs="+", type=Path, metavar="FOLDER_OR_FILE")
    predict.add_argument("--out", type=Path, required=True, metavar="CSV", help="written whole")
    export = add("export", _export, "write the exported model as one plain Keras model")
    export.add_argument("--keras", type=Path, required=True, metavar="FILE", help="of type .keras")
    add("register", _register, "log the exported model to MLflow, and recommend it there")
    ui = add("ui", _ui, "log to MLflow what it lacks of the results, and serve its pages")
    ui.add_argument("--port", type=int, default=5000, help="of the server (%(default)s)")
    return parser


def _init(wanted: Namespace) -> None:
    if wanted.upgrade:
        from viewcache.commands.upgrading import upgrade

        upgrade()
    else:
        from viewcache.commands.own_images import init

        init(wanted.photos, wanted.group)


def _plan(wanted: Namespace) -> None:
    from viewcache.commands.planning import plan
    from viewcache.commands.recipes import PARAMS, recipe_file, text_of
    from viewcache.ground.params.loading import parse_params

    path = recipe_file(wanted.recipe) if wanted.recipe else PARAMS
    plan(parse_params(text_of(path) if wanted.recipe else path.read_bytes(), path))


def _explain(_: Namespace) -> None:
    from viewcache.commands.explaining import explain

    explain()


def _recipe(wanted: Namespace) -> None:
    from viewcache.commands.recipes import use_recipe

    use_recipe(wanted.name)


def _compare(wanted: Namespace) -> None:
    from viewcache.commands.comparing import compare

    compare(wanted.runs, wanted.arm, wanted.json)


def _shortlist(wanted: Namespace) -> None:
    from viewcache.commands.shortlisting import shortlist

    shortlist(wanted.bases, wanted.limit)


def _certify(_: Namespace) -> None:
    from viewcache.commands.certifying import certify

    certify()


def _verify(wanted: Namespace) -> None:
    from viewcache.commands.verification import verify_all

    verify_all(wanted.features)


def _recover(_: Namespace) -> None:
    from viewcache.commands.recovery import recover

    recover()


def _predict(wanted: Namespace) -> None:
    from viewcache.commands.predicting import predict

    predict(wanted.images, wanted.out)


def _export(wanted: Namespace) -> None:
    from viewcache.commands.exporting import export_keras

    export_keras(wanted.keras)


def _register(_: Namespace) -> None:
    from viewcache.commands.registering import register

    register()


def _ui(wanted: Namespace) -> None:
    from viewcache.commands.browsing import open_ui

    open_ui(wanted.port)
