"""One module for each shape of text; each proposes, and `writing` judges."""

from collections.abc import Callable, Mapping
from typing import Final

from pandocast_server.generation.material import Material
from pandocast_server.generation.platforms import Platform, Shape
from pandocast_server.generation.shapes.article import write_article
from pandocast_server.generation.shapes.caption import write_caption
from pandocast_server.generation.shapes.letter import write_letter
from pandocast_server.generation.shapes.single import write_single
from pandocast_server.generation.shapes.story import write_story
from pandocast_server.generation.shapes.thread import write_thread

WRITERS: Final[Mapping[Shape, Callable[[Material, Platform], str]]] = {
    "single": write_single,
    "thread": write_thread,
    "article": write_article,
    "story": write_story,
    "caption": write_caption,
    "letter": write_letter,
}
