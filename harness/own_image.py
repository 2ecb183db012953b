"""The app image of a run whose app nodes do not run zkchaos's own workloads.

Either an image of the user's, for programs in any language, or one built on `zkchaos/app` with the file and
the packages of a workload in Python.
"""

from dataclasses import replace

from harness.build_context import BuildContext, own_context
from harness.build_lock import Say
from harness.engine import Engine
from harness.images import Images, built, foreign_image
from harness.pip_packages import fingerprint, node_packages
from harness.plan import Code, Plan

CODE = "/opt/own/code"
"""Where the user's files are in the image; their packages are beside it."""

ASK_FOR_PYTHON = "import platform; print(*platform.python_version_tuple()[:2], platform.machine())"


def with_own_program(engine: Engine, images: Images, plan: Plan, say: Say) -> Images:
    """Return the images with the app image that the plan needs, made ready.

    Raises SetupError when it cannot be had or built.
    """
    if plan.app_image:
        return replace(images, app=foreign_image(engine, plan.app_image, say).id)
    if plan.code is not None:
        return replace(images, app=own_image(engine, images.app, plan.code, say))
    return images


def own_image(engine: Engine, app: str, code: Code, say: Say) -> str:
    """Tag of the image with a user's workload, built on the app image where it is missing.

    What pip fetched for it stays as it is until the files, the requirements or zkchaos change.
    """
    context = own_context(code.files)
    tag = f"zkchaos/own:{context.fingerprint(f'{app} {fingerprint(code.packages)}')}"

    def whole() -> BuildContext:
        if not code.packages:
            return context
        say(f"{tag}: fetching {', '.join(code.packages)}")
        major, minor, machine = engine.run_once(app, ["python3", "-c", ASK_FOR_PYTHON]).split()
        packages = node_packages(code.packages, f"{major}.{minor}", machine)
        return BuildContext(
            {**context.files, **{f"own/packages/{name}": data for name, data in packages.items()}}
        )

    built(engine, whole, app, tag, say)
    return tag
