#pragma once
// libtorch's headers name this one of Gloo's and need nothing of it.
