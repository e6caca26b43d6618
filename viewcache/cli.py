"""The command `viewcache`: what to do before, beside and after `dvc repro`."""

from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence

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

    add("plan", _plan, "say what every arm will cost, before anything is run")
    recipe = add("recipe", _recipe, "put recipes/NAME.yaml in the place of params.yaml")
    recipe.add_argument("name", metavar="NAME")
    verify = add(
        "verify", _verify, "verify every array, and compute features again from the images"
    )
    verify.add_argument(
        "--features", type=int, default=1000, metavar="N", help="how many features (%(default)s)"
    )
    add("certify", _certify, "say whether a base in int8 or bfloat16 is as good as in float32")
    add("recover", _recover, "remove what a killed `dvc` left half-written of its own")
    ui = add("ui", _ui, "log to MLflow what it lacks of the results, and open its pages")
    ui.add_argument("--port", default="5000", help="of the server (%(default)s)")
    return parser


def _plan(_: Namespace) -> None:
    from viewcache.commands.planning import plan

    plan()


def _recipe(wanted: Namespace) -> None:
    from viewcache.commands.recipes import use_recipe

    use_recipe(wanted.name)


def _verify(wanted: Namespace) -> None:
    from viewcache.commands.verification import verify_all

    verify_all(wanted.features)


def _certify(_: Namespace) -> None:
    from viewcache.commands.certification import certify

    certify()


def _recover(_: Namespace) -> None:
    from viewcache.commands.recovery import recover

    recover()


def _ui(wanted: Namespace) -> None:
    from viewcache.commands.browsing import open_ui

    open_ui(["--port", wanted.port])
