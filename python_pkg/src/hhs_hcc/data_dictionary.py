"""The data dictionary of the dbt project: its relations and columns, read from the YAML beside the models.

The YAML is read as it stands, without dbt: pages and diagrams can then be made where no database, no profile and no dbt
package is installed. A test holds that dbt reads the same from it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from hhs_hcc.errors import HhsHccError

# The profile's schema; rooms append theirs.
_TARGET_SCHEMA = "main"
# The YAML holds all unit tests, too: the parser written in C takes a tenth of the time.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DOC_BLOCK = re.compile(r"\{%-?\s*docs\s+(\w+)\s*-?%\}(.*?)\{%-?\s*enddocs\s*-?%\}", re.DOTALL)
_DOC = re.compile(r"""\{\{-?\s*doc\(\s*["'](\w+)["']\s*\)\s*-?\}\}""")
_TARGET = re.compile(r"\{\{\s*target\.schema\s*\}\}")
_RELATION = re.compile(r"""(?:ref|source)\((?:\s*["']\w+["']\s*,)?\s*["'](\w+)["']\s*\)""")
_FOLDERS = ("models", "seeds", "snapshots")


@dataclass(frozen=True)
class Column:
    """A column as the YAML describes it.

    Attributes:
        name: Its name.
        data_type: Its type; empty where the YAML leaves it to the database.
        description: What it means, one paragraph.
        phi: direct, quasi or none: how it identifies a member.
    """

    name: str
    data_type: str
    description: str
    phi: str


@dataclass(frozen=True)
class Reference:
    """Columns whose values are those of another relation's columns.

    Attributes:
        columns: The columns here, in order.
        to: Name of the other relation.
        to_columns: The columns there, in the same order.
    """

    columns: tuple[str, ...]
    to: str
    to_columns: tuple[str, ...]


@dataclass(frozen=True)
class Relation:
    """A table or view of the project.

    Attributes:
        name: Its name.
        schema: Its schema, such as main_runs.
        room: Folder below models (warehouse, analysis/comparison), name of the source (runs), seeds/cms or snapshots.
        description: What a row is.
        key: Columns that name a row; empty if none is tested to.
        columns: In the order of the YAML.
        references: To other relations, in the order of the YAML.
    """

    name: str
    schema: str
    room: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    references: tuple[Reference, ...]


def read_dictionary(project: Path) -> list[Relation]:
    """Every relation that the project's YAML describes, by room and name.

    Args:
        project: Where dbt_project.yml lies.

    Raises:
        HhsHccError: If it does not lie there, or a description names a doc block that does not exist.
    """
    file = project / "dbt_project.yml"
    if not file.is_file():
        raise HhsHccError(f"There is no dbt_project.yml in {project.resolve()}. Name the project's folder.")
    settings = _load(file)
    words = _doc_blocks(project)
    relations = [
        relation
        for path in _yaml_files(project)
        for relation in _relations(path.relative_to(project), _load(path), settings, words)
    ]
    return sorted(relations, key=lambda relation: (relation.room, relation.name))


def in_rooms(relations: Sequence[Relation], rooms: Sequence[str]) -> list[Relation]:
    """The relations of some rooms; a room holds the rooms below it (analysis holds analysis/comparison).

    Raises:
        HhsHccError: If there is no such room.
    """
    for room in rooms:
        if not any(_is_in(relation, room) for relation in relations):
            known = ", ".join(sorted({relation.room for relation in relations}))
            raise HhsHccError(f"There is no room {room}. Rooms: {known}.")
    return [relation for relation in relations if any(_is_in(relation, room) for room in rooms)]


def _is_in(relation: Relation, room: str) -> bool:
    return f"{relation.room}/".startswith(f"{room}/")


def _yaml_files(project: Path) -> Iterator[Path]:
    for folder in _FOLDERS:
        yield from sorted((project / folder).rglob("*.yml"))


def _load(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER) or {}  # noqa: S506 - safe
    return content


def _doc_blocks(project: Path) -> dict[str, str]:
    return {
        name: " ".join(text.split())
        for folder in _FOLDERS
        for path in sorted((project / folder).rglob("*.md"))
        for name, text in _DOC_BLOCK.findall(path.read_text(encoding="utf-8"))
    }


def _relations(
    path: Path, content: Mapping[str, Any], settings: Mapping[str, Any], words: Mapping[str, str]
) -> Iterator[Relation]:
    folder = path.parts[0]
    room = "/".join(path.parts[1:-1]) if folder == "models" else path.parent.as_posix()
    for kind in _FOLDERS:
        for node in content.get(kind, ()):
            yield _relation(node, _schema(settings, kind, path.parts[1:-1]), room, path, words)
    for source in content.get("sources", ()):
        schema = _TARGET.sub(_TARGET_SCHEMA, source["schema"])
        for table in source["tables"]:
            yield _relation(table, schema, source["name"], path, words)


def _schema(settings: Mapping[str, Any], kind: str, folders: Sequence[str]) -> str:
    """The schema of a folder: the innermost +schema of dbt_project.yml on the way to it."""
    level = settings[kind][settings["name"]]
    schema = level.get("+schema")
    for folder in folders:
        level = level.get(folder) or {}
        schema = level.get("+schema", schema)
    return f"{_TARGET_SCHEMA}_{schema}" if schema else _TARGET_SCHEMA


def _relation(node: Mapping[str, Any], schema: str, room: str, path: Path, words: Mapping[str, str]) -> Relation:
    config = node.get("config", {})
    types = config.get("column_types", {})
    phi = config.get("meta", {}).get("phi", "")
    place = f"{path.as_posix()}, {node['name']}"
    columns = tuple(
        Column(
            name=column["name"],
            data_type=str(column.get("data_type") or types.get(column["name"], "")),
            description=_described(column.get("description", ""), words, f"{place}.{column['name']}"),
            phi=column.get("config", {}).get("meta", {}).get("phi", phi),
        )
        for column in node.get("columns", ())
    )
    return Relation(
        name=node["name"],
        schema=schema,
        room=room,
        description=_described(node.get("description", ""), words, place),
        key=_key(node),
        columns=columns,
        references=tuple(_references(node)),
    )


def _described(text: str, words: Mapping[str, str], place: str) -> str:
    def word(found: re.Match[str]) -> str:
        if found[1] not in words:
            raise HhsHccError(f"{place}: there is no doc block {found[1]}. Write it into a .md file beside the models.")
        return words[found[1]]

    resolved = " ".join(_DOC.sub(word, text).split())
    if "{{" in resolved:
        raise HhsHccError(f"{place}: the description holds Jinja other than doc(…), which only dbt could resolve.")
    return resolved


def _tests(node: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The data tests of a relation or column, as name and arguments."""
    for test in node.get("data_tests", ()):
        if isinstance(test, str):
            yield test, {}
        else:
            ((name, options),) = test.items()
            yield name, (options or {}).get("arguments", {})


def _key(node: Mapping[str, Any]) -> tuple[str, ...]:
    for column in node.get("columns", ()):
        if any(name == "unique" for name, _ in _tests(column)):
            return (column["name"],)
    for name, arguments in _tests(node):
        if name == "dbt_utils.unique_combination_of_columns":
            return tuple(arguments["combination_of_columns"])
    return ()


def _references(node: Mapping[str, Any]) -> Iterator[Reference]:
    for column in node.get("columns", ()):
        for name, arguments in _tests(column):
            if name == "relationships":
                found = _RELATION.search(arguments["to"])
                to = found[1] if found else arguments["to"]
                yield Reference((column["name"],), to, (arguments["field"],))
    for declared in node.get("config", {}).get("meta", {}).get("references", ()):
        columns = tuple(declared["columns"])
        yield Reference(columns, declared["to"], tuple(declared.get("to_columns", columns)))
