"""Tasks: the functions that a worker may run, with typed arguments and answers.

Arguments and answers are MessagePack and are decoded as the types that the function is annotated with. Bytes that do
not fit these types are refused. Nothing is ever unpickled: unpickling bytes of a worker would run its code here.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Generic, ParamSpec, TypeVar

import msgspec
from msgspec import Raw, Struct

from aisi_ingest.model import Result

P = ParamSpec("P")
R = TypeVar("R")

_PREPARATION_LIMIT = 16  # preparations that one answer may wish for
_REASON_LENGTH = 2000  # code points of the message of an exception


class Measured(Struct, Generic[R], frozen=True):
    """The result of a call and what it needed.

    Attributes:
        value: The result.
        memory: The largest resident size of the worker during the call, including modules and models, in bytes.
        seconds: Wall-clock time from the request to the response.
    """

    value: R
    memory: int
    seconds: float = 0.0


class BadAnswer(Exception):
    """The bytes that a worker sent are not an answer of its task."""


class Request(Struct, frozen=True, array_like=True):
    """A call, as the main process sends it.

    Attributes:
        task: Name of the task, ``module:function``.
        arguments: The positional arguments, an array.
        as_json: Answer with the value of a ``Result`` as JSON instead.
        cpu_seconds: Limit of processor time.
    """

    task: str
    arguments: Raw
    as_json: bool = False
    cpu_seconds: int = 0


class Answer(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The answer of a worker.

    Attributes:
        done: Whether the function returned.
        value: What it returned, or the type and the message of the exception.
        memory: See ``Measured``.
        wanted: Names of tasks that load what the call had to load itself (``wish_for``).
    """

    done: bool
    value: Raw
    memory: int
    wanted: tuple[str, ...] = ()


class Task(Generic[P, R]):
    """A function that a worker may run.

    Attributes:
        function: The function.
        name: ``module:function``.
    """

    def __init__(self, function: Callable[P, R]) -> None:
        self.function = function
        self.module = function.__module__
        self.name = f"{function.__module__}:{function.__qualname__}"

    @cached_property
    def _argument_types(self) -> list[Any]:
        parameters = inspect.signature(self.function).parameters.values()
        return [self._evaluated(each.annotation) for each in parameters]

    @cached_property
    def _answer_type(self) -> Any:
        return self._evaluated(inspect.signature(self.function).return_annotation)

    def _evaluated(self, annotation: Any) -> Any:
        if annotation is inspect.Parameter.empty:
            raise TypeError(f"{self.name} has an argument or an answer without a type")
        if isinstance(annotation, str):  # from our own code, as typing.get_type_hints does for all of them at once
            return eval(annotation, self.function.__globals__)
        return annotation

    def request(self, arguments: Sequence[Any], as_json: bool = False, cpu_seconds: int = 0) -> bytes:
        """Encode a call.

        Raises:
            TypeError: An argument cannot be encoded.
        """
        packed = Raw(msgspec.msgpack.encode(tuple(arguments)))
        return msgspec.msgpack.encode(Request(self.name, packed, as_json, cpu_seconds))

    def arguments(self, packed: Raw) -> Sequence[Any]:
        """Decode the arguments of a call."""
        types = self._argument_types[: len(msgspec.msgpack.decode(packed, type=list[Raw]))]
        decoded: Sequence[Any] = msgspec.msgpack.decode(packed, type=tuple[tuple(types)] if types else tuple[()])  # type: ignore[misc]
        return decoded

    def value_of(self, answer: Answer, kind: Any = None) -> Any:
        """Decode what the function returned.

        Args:
            answer: The answer.
            kind: The type of the value of a ``Result`` that was asked for as JSON; it stays encoded.

        Raises:
            BadAnswer: It is not of the type that the function is annotated with, or not of this type.
        """
        if kind is None:
            return decoded(answer.value, self._answer_type)
        result: Result[bytes] = decoded(answer.value, Result[bytes])
        if result.value is not None:
            decoded(result.value, kind, msgspec.json.decode)
        return result


_tasks: dict[str, Task[..., Any]] = {}
_preparations: set[str] = set()


def task(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a module-level function as a task. All its arguments and its result have types that msgspec can decode."""
    _tasks[f"{function.__module__}:{function.__qualname__}"] = Task(function)
    return function


def preparation(function: Callable[P, R]) -> Callable[P, R]:
    """Mark a function without arguments as a task that workers may wish for (``wish_for``)."""
    _preparations.add(f"{function.__module__}:{function.__qualname__}")
    return task(function)


def of(function: Callable[..., Any]) -> Task[..., Any]:
    """Return the task of a function.

    Raises:
        TypeError: The function is not marked as a task, or belongs to a script, which workers cannot import.
    """
    name = f"{function.__module__}:{function.__qualname__}"
    if name not in _tasks or function.__module__ == "__main__":
        raise TypeError(f"{name} is not a task of an importable module (aisi_ingest.sandbox.tasks)")
    return _tasks[name]


def preparation_named(name: str) -> Callable[[], Any] | None:
    """Return the preparation with this name, or None. Imports nothing, because workers choose the names."""
    return _tasks[name].function if name in _preparations else None


def named(name: str) -> Task[..., Any]:
    """Import the module of a task that the main process named, and return the task."""
    importlib.import_module(name.partition(":")[0])
    return _tasks[name]


def decoded(data: bytes | Raw, kind: Any, decode: Callable[..., Any] = msgspec.msgpack.decode) -> Any:
    """Decode bytes of a worker.

    Raises:
        BadAnswer: They are not MessagePack, or what else ``decode`` reads, of this type.
    """
    try:
        return decode(data, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise BadAnswer(f"not an answer of this task ({type(error).__name__}: {str(error)[:_REASON_LENGTH]})") from None


def read_answer(data: bytes) -> Answer:
    """Decode the answer of a worker, without the value.

    Raises:
        BadAnswer: It is not an answer.
    """
    answer: Answer = decoded(data, Answer)
    if answer.memory < 0 or len(answer.wanted) > _PREPARATION_LIMIT:
        raise BadAnswer("not an answer: numbers out of range")
    return answer


def failure_of(answer: Answer) -> tuple[str, str]:
    """Return the type and the message of the exception that ended a call.

    Raises:
        BadAnswer: They are not two strings.
    """
    kind, message = decoded(answer.value, tuple[str, str])
    return kind, message[:_REASON_LENGTH]


_wanted: list[str] = []


def wish_for(function: Callable[..., Any]) -> None:
    """In a worker: tell the main process that later workers should find this loaded.

    Args:
        function: A preparation (``preparation``) that loads it.
    """
    _wanted.append(of(function).name)


def wishes() -> tuple[str, ...]:
    """In a worker: return what the call wished for, and forget it."""
    found = tuple(dict.fromkeys(_wanted))
    _wanted.clear()
    return found
