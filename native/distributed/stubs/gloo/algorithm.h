#pragma once
// libtorch's headers include this Gloo header, but need nothing from it.
