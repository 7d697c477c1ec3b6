"""Terraform's AWS provider, unmodified: what it sets up it finds again as it set it up, and changes, and takes away."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ostiary.iam.accounts import RootKey
from tests.fixtures.functions import KMS_KEY
from tests.fixtures.required import not_to_be_had
from tests.fixtures.server import Server

MODULE = Path(__file__).parent / "terraform"
PROVIDER = "registry.terraform.io/hashicorp/aws/5.100.0"
PLUGINS = (
    os.environ.get("OSTIARY_TEST_TERRAFORM_PLUGINS", ""),
    *("~/.terraform.d/plugins", "/usr/local/share/terraform/plugins", "/usr/share/terraform/plugins"),
    *map(str, Path("/opt").glob("*")),
)
"""Where the provider may lie, as `terraform providers mirror` lays it out."""
FORGOTTEN = (
    *("aws_cognito_user_group.readers", "aws_cognito_resource_server.photos", "aws_cognito_identity_provider.google"),
    *("aws_cognito_user_pool_domain.prefix", "aws_cognito_user.ada", "aws_iam_role.person"),
)
"""What imported.tf takes up again."""


@pytest.fixture
def engine_name() -> str:
    """Clients see the same on every engine."""
    return "sqlite"


@contextmanager
def running_provider(environment: dict[str, str]) -> Iterator[str]:
    """Start the provider once for all commands: what tells Terraform where. Its start alone takes seconds."""
    found = next(_provider().glob("*/terraform-provider-aws_*"))
    with subprocess.Popen([found, "-debug"], env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield next(line.split("'")[1] for line in process.stdout if "TF_REATTACH_PROVIDERS='" in line)
        finally:
            process.terminate()


class Terraform:
    """A copy of the module, and the command that works on it."""

    def __init__(self, folder: Path, environment: dict[str, str], values: dict[str, str]) -> None:
        self._folder, self._environment = folder, environment
        shutil.copytree(MODULE, folder, ignore=lambda _folder, _names: ["imported.tf"])
        (folder / "values.auto.tfvars").write_text("".join(f'{name} = "{value}"\n' for name, value in values.items()))
        self("init")

    def __call__(self, *arguments: str) -> None:
        """Run a command, which succeeds: a plan only when it has nothing to do."""
        command = ["terraform", arguments[0], "-no-color", *arguments[1:]]
        run = subprocess.run(
            command, cwd=self._folder, env=self._environment, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, f"{' '.join(command)}\n{run.stdout}\n{run.stderr}"

    def apply(self, *options: str) -> None:
        """Make it so; afterwards there is nothing left to do."""
        self("apply", "-auto-approve", *options)
        self("plan", "-detailed-exitcode", *options)

    def forget(self, *addresses: str) -> None:
        """Take resources out of the state, which stay; imported.tf is how they come back."""
        subprocess.run(
            ["terraform", "state", "rm", *addresses],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            check=True,
        )
        shutil.copy(MODULE / "imported.tf", self._folder)


def _provider() -> Path:
    if shutil.which("terraform") is None:
        not_to_be_had("terraform is not installed")
    places = [Path(place).expanduser() for place in PLUGINS if place]
    found = next((place / PROVIDER for place in places if (place / PROVIDER).is_dir()), None)
    return found or not_to_be_had(f"Terraform's AWS provider lies in none of {', '.join(map(str, places))}")


@pytest.mark.timeout(600)
def test_terraform_sets_up_changes_imports_and_removes_everything(
    server: Server, root: RootKey, client: Callable[..., Any], tmp_path: Path
) -> None:
    """behaviour/clients.md 17 to 19. Takes long because each command reads the provider's schema, which is large."""
    idp = client("cognito-idp")
    adopted = idp.create_user_pool(PoolName="adopted")["UserPool"]["Id"]
    idp.create_user_pool_client(UserPoolId=adopted, ClientName="AmazonOpenSearchService-x", GenerateSecret=True)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "CHECKPOINT_DISABLE": "1",
        "GOGC": "400",  # collecting garbage less often halves what reading the schema costs
        "AWS_ACCESS_KEY_ID": root.access_key_id,
        "AWS_SECRET_ACCESS_KEY": root.secret_access_key,
    }
    with running_provider(environment) as attached:
        environment["TF_REATTACH_PROVIDERS"] = attached
        values = {"endpoint": server.url, "adopted_pool_id": adopted, "sender_key": KMS_KEY}
        exercise(Terraform(tmp_path / "module", environment, values), client)


def exercise(terraform: Terraform, client: Callable[..., Any]) -> None:
    idp, identity, iam, sns = (client(name) for name in ("cognito-idp", "cognito-identity", "iam", "sns"))
    terraform.apply()
    pools = {pool["Name"]: pool["Id"] for pool in idp.list_user_pools(MaxResults=60)["UserPools"]}
    assert sorted(pools) == ["adopted", "passkeys", "smallest", "triggered", "whole"]
    assert idp.describe_user_pool(UserPoolId=pools["whole"])["UserPool"]["DeletionProtection"] == "ACTIVE"

    terraform.forget(*FORGOTTEN)
    terraform.apply("-var", "later=true")
    whole = idp.describe_user_pool(UserPoolId=pools["whole"])["UserPool"]
    assert whole["UserPoolTags"] == {"managed": "terraform", "stage": "second", "added": "yes"}
    assert whole["MfaConfiguration"] == "ON"
    assert "custom:added" in [attribute["Name"] for attribute in whole["SchemaAttributes"]]
    assert iam.list_access_keys(UserName="operator-renamed")["AccessKeyMetadata"][0]["Status"] == "Inactive"

    terraform("destroy", "-auto-approve", "-var", "later=true")
    assert [pool["Name"] for pool in idp.list_user_pools(MaxResults=60)["UserPools"]] == ["adopted"]
    assert identity.list_identity_pools(MaxResults=60)["IdentityPools"] == []
    left = (iam.list_roles()["Roles"], iam.list_users()["Users"], iam.list_policies(Scope="Local")["Policies"])
    assert left == ([], [], [])
    assert sns.list_topics()["Topics"] == sns.list_platform_applications()["PlatformApplications"] == []
